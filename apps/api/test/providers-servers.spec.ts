import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { AnthropicAdapter } from '../src/providers/anthropic/anthropic.ts';
import { OpenAIAdapter } from '../src/providers/openai/openai.ts';

const KEY = 'sk-mock-a-key-that-nobody-may-see';
const impatient = { silenceMilliseconds: 400, backoffMilliseconds: 5 };
const adapters = { openai: new OpenAIAdapter(impatient), anthropic: new AnthropicAdapter(impatient) };

let mock: MockModel;
beforeAll(async () => {
  mock = await startMockModel({ key: KEY });
});
afterAll(() => mock.close());
beforeEach(() => {
  mock.requests.length = 0;
});

/** A server of a few lines, for what one particular server does. */
const serving = async <T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe('what only one format has', () => {
  const signal = new AbortController().signal;
  const turns = [{ role: 'user' as const, content: '[[text:one two three four]]' }];

  const hello = { model: 'm', purpose: 'chat' as const, turns: [{ role: 'user' as const, content: 'hello' }], signal };
  const all = async (chunks: AsyncIterable<object>): Promise<object[]> => {
    const read = [];
    for await (const chunk of chunks) read.push(chunk);
    return read;
  };

  it.each(['openai', 'anthropic'] as const)('%s: carries a key to no other address', async (kind) => {
    const redirect: RequestListener = (request, response) =>
      response.writeHead(307, { location: `${mock.url}${request.url}` }).end();
    await serving(redirect, async (url) => {
      const target = { baseUrl: kind === 'openai' ? `${url}/v1` : url, key: KEY };
      await expect(all(adapters[kind].stream(target, hello))).rejects.toMatchObject({
        code: 'provider.unreachable',
        message: expect.stringContaining('redirects'),
      });
      await expect(adapters[kind].listModels(target, AbortSignal.timeout(2_000))).rejects.toThrow('redirects');
    });
    expect(mock.requests).toHaveLength(0);
  });

  it('openai: asks again without stream_options where a server refuses them', async () => {
    const bodies: string[] = [];
    const strict: RequestListener = async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      bodies.push(body);
      if (body.includes('stream_options'))
        return response
          .writeHead(400, { 'content-type': 'application/json' })
          .end('{"error":{"message":"Unrecognized request argument supplied: stream_options"}}');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.end(
        'data: {"choices":[{"delta":{"reasoning":"Hm."}}]}\n\ndata: {"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\n',
      );
    };
    await serving(strict, async (url) => {
      expect(await all(adapters.openai.stream({ baseUrl: url }, hello))).toEqual([
        { type: 'text', kind: 'reasoning', text: 'Hm.' },
        { type: 'text', kind: 'text', text: 'Yes.' },
      ]);
    });
    expect(bodies).toHaveLength(2);
  });

  it('openai: says so when the address answers with a page', async () => {
    const page: RequestListener = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>');
    await serving(page, async (url) => {
      await expect(all(adapters.openai.stream({ baseUrl: url }, hello))).rejects.toMatchObject({
        code: 'provider.bad_response',
        message: expect.stringContaining('/v1'),
      });
    });
  });

  it('openai: an answer is complete without the usage', async () => {
    const chunks = [];
    const target = { baseUrl: `${mock.url}/v1`, key: KEY };
    const request = {
      model: 'm',
      purpose: 'chat' as const,
      turns: [{ role: 'user' as const, content: '[[nousage]]' }],
      signal,
    };
    for await (const chunk of adapters.openai.stream(target, request)) chunks.push(chunk.type);
    expect(new Set(chunks)).toEqual(new Set(['text']));
  });

  it.each([
    ['one two', ' three four'],
    ['one two ', 'three four'],
    ['one tw', 'o three four'],
  ])('anthropic: goes on after %j with %j', async (prefill, rest) => {
    let text = '';
    const request = { model: 'claude-haiku-4-5', purpose: 'chat' as const, turns, prefill, signal };
    for await (const chunk of adapters.anthropic.stream({ baseUrl: mock.url, key: KEY }, request))
      if (chunk.type === 'text') text += chunk.text;
    expect(text).toBe(rest);
    expect(mock.requests[0]?.body?.messages.at(-1)).toEqual({ role: 'assistant', content: prefill.trimEnd() });
  });
});
