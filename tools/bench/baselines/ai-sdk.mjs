// What a chat handler on the Vercel AI SDK is at its smallest: streamText to a plain text response, nothing kept.
import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';

const openai = createOpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: 'bench' });

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  const { model, messages } = JSON.parse(body);
  streamText({ model: openai.chat(model), messages }).pipeTextStreamToResponse(response);
});
server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', url: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit(0));
