import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, readToEnd } from './support/chat.ts';

/** What each model says, piece by piece, and what it says of its usage. The database takes neither U+0000 nor half an emoji. */
const MODELS: Record<string, { says: string[]; usage?: object }> = {
  healthy: { says: ['All ', 'is ', 'well.'] },
  zero: { says: ['before \u0000', ' after'] },
  half: { says: ['before \ud83d', ' after \ude00'] },
  unfinished: { says: ['to the end \ud83d'] },
  emoji: { says: ['before \ud83d', '\ude00 after'] },
  counting: {
    says: ['All ', 'is ', 'well.'],
    usage: { prompt_tokens: 1.5, completion_tokens: 9_000_000_000, prompt_tokens_details: { cached_tokens: -3 } },
  },
};
const SHOWN: Record<string, string> = {
  zero: 'before \ufffd after',
  half: 'before \ufffd after \ufffd',
  unfinished: 'to the end \ufffd',
  emoji: 'before \u{1f600} after',
};

let model: Server;
let app: TestApp;
let person: Person;
let database: pg.Client;
/** A model stands still before its last piece until this is resolved. */
let goOn = Promise.withResolvers<void>();

beforeAll(async () => {
  model = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      return response.end(
        JSON.stringify({ object: 'list', data: [...Object.keys(MODELS), 'refusing'].map((id) => ({ id })) }),
      );
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const asked = JSON.parse(body) as { model: string; messages: { content: string }[] };
    if (asked.model === 'refusing') {
      response.writeHead(400, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ error: { message: 'not \u0000 and not \ud83d' } }));
    }
    const isTitle = asked.messages[0]?.content.startsWith('Name this conversation');
    const { says, usage } = MODELS[asked.model] ?? { says: [] };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const tell = (chunk: object) => response.write(`data: ${JSON.stringify({ id: 'x', ...chunk })}\n\n`);
    for (const [index, content] of says.entries()) {
      if (index === says.length - 1 && !isTitle) await goOn.promise;
      tell({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
      await pause(5);
    }
    tell({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    if (usage) tell({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  }).listen(0, '127.0.0.1');
  await once(model, 'listening');
  const { port } = model.address() as AddressInfo;
  app = await startTestApp({ OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
  person = await aUser(app);
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
});
beforeEach(() => {
  goOn = Promise.withResolvers<void>();
});
afterAll(async () => {
  await database.end();
  await app.close();
  model.closeAllConnections();
  model.close();
});

const ask = async (name: string) => {
  const chat = await aChat(app, person);
  const { generation } = await chat.ask('what do you say?', { model: `openai/${name}` });
  return { chat, name, generation, end: () => readToEnd(app, person.token, generation.id) };
};

it('keeps the checkpoints of a replica going and ends every answer, whatever a model says', async () => {
  const answers = await Promise.all(Object.keys(MODELS).map(ask));
  const [healthy] = answers;
  const checkpointed = `SELECT FROM message WHERE id = $1 AND text = 'All is '`;
  while ((await database.query(checkpointed, [healthy?.generation.messageId])).rowCount === 0) await pause(20);
  goOn.resolve();
  for (const { name, chat, end } of answers) {
    const screen = await end();
    const text = SHOWN[name] ?? 'All is well.';
    expect([name, screen.end?.status, screen.text]).toEqual([name, 'completed', text]);
    expect((await chat.messages()).at(-1)).toMatchObject({ content: text, position: text.length });
  }
});

it('counts what a provider says of its usage as a ledger can hold it', async () => {
  goOn.resolve();
  const { end } = await ask('counting');
  expect((await end()).end?.usage).toEqual({
    inputTokens: 2,
    cachedInputTokens: 0,
    outputTokens: 2_147_483_647,
    reasoningTokens: 0,
    estimated: false,
  });
});

it('ends an answer whose provider refuses it in words that cannot be kept', async () => {
  const { end } = await ask('refusing');
  const screen = await end();
  expect(screen.end).toMatchObject({ status: 'failed', error: { code: 'provider.refused' } });
  expect(screen.end?.error?.detail).toContain('not \ufffd and not \ufffd');
});

it('names a conversation also where the model says what no name can hold', async () => {
  goOn.resolve();
  const { chat, end } = await ask('zero');
  await end();
  while ((await chat.read()).title === null) await pause(20);
  expect((await chat.read()).title).toBe('before \ufffd after');
});

it.each([
  ['its text', `message ADD CONSTRAINT picky CHECK (text NOT LIKE '%well.')`, 'All is '],
  ['its usage', `ledger ADD CONSTRAINT picky CHECK (outcome <> 'completed')`, 'All is well.'],
])('ends an answer as failed when the database refuses %s', async (_, change, kept) => {
  const { chat, generation, end } = await ask('healthy');
  const checkpointed = `SELECT FROM message WHERE id = $1 AND text = 'All is '`;
  while ((await database.query(checkpointed, [generation.messageId])).rowCount === 0) await pause(20);
  await database.query(`ALTER TABLE ${change} NOT VALID`);
  try {
    goOn.resolve();
    const screen = await end();
    expect([screen.text, screen.end?.status, screen.end?.error?.code]).toEqual(['All is well.', 'failed', 'internal']);
    expect((await chat.messages()).at(-1)).toMatchObject({ content: kept, generation: { status: 'failed' } });
  } finally {
    await database.query(`ALTER TABLE ${change.split(' ')[0]} DROP CONSTRAINT picky`);
  }
});
