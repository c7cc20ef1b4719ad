import { randomUUID } from 'node:crypto';
import type { Connection, ModelList, Problem } from '@chatbox/contracts';
import pg from 'pg';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, readToEnd } from './support/chat.ts';

const KEY = 'sk-canary-chat-0123456789-abcdef';

let mock: MockModel;
let app: TestApp;
let owner: Person;
const connected: Connection[] = [];

const connect = async (name: string, kind: 'openai' | 'anthropic') => {
  const body = { name, slug: name, kind, baseUrl: kind === 'openai' ? `${mock.url}/v1` : mock.url, key: KEY };
  const made = await app.api<Connection>('POST', '/api/v1/admin/connections', { token: owner.token, body });
  connected.push(made.body);
};
const ask = async (content: string, model?: string) => {
  const chat = await aChat(app, owner);
  const { generation } = await chat.ask(content, model === undefined ? {} : { model });
  const { end, text } = await readToEnd(app, owner.token, generation.id);
  return { chat, generation, end, text, answer: (await chat.messages())[1] };
};
const choose = (defaultModel: string | null) =>
  app.api('PATCH', '/api/v1/admin/settings', { token: owner.token, body: { defaultModel } });

beforeAll(async () => {
  mock = await startMockModel({ key: KEY });
  app = await startTestApp();
  owner = await aUser(app);
  await connect('one', 'openai');
  await connect('two', 'anthropic');
});
afterAll(async () => {
  await app?.close();
  await mock?.close();
});

it.each(['one/mock-large', 'two/claude-haiku-4-5'])(
  'streams an answer of %s with its reasoning and its usage',
  async (model) => {
    const { text, end, answer, generation } = await ask(
      '[[text:Forty-two, I think.]] [[reasoning:3]] [[cached:2]]',
      model,
    );
    expect(generation.model).toBe(model);
    expect(end).toMatchObject({
      status: 'completed',
      usage: { inputTokens: 5, cachedInputTokens: 2, outputTokens: 6, estimated: false },
      costMicros: 0,
    });
    expect(text.endsWith('Forty-two, I think.')).toBe(true);
    expect(answer?.content).toBe('Forty-two, I think.');
    expect(answer?.parts.map(({ kind }) => kind)).toEqual(['reasoning', 'text']);
  },
);

it('marks the usage as estimated when the provider says nothing', async () => {
  const { end } = await ask('[[text:Some words here.]] [[nousage]]', 'one/mock-large');
  expect(end).toMatchObject({ status: 'completed', usage: { estimated: true } });
  expect(end?.usage?.outputTokens).toBeGreaterThan(0);
});

it('books one row for the answer and one for the title', async () => {
  const { chat } = await ask('[[text:Booked.]]', 'one/mock-large');
  while ((await chat.read()).title === null) await new Promise((resolve) => setImmediate(resolve));
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  const { rows } = await client.query('SELECT * FROM ledger WHERE conversation_id = $1 ORDER BY purpose', [chat.id]);
  await client.end();
  expect(rows).toMatchObject([
    {
      purpose: 'chat',
      outcome: 'completed',
      model: 'one/mock-large',
      provider: 'openai',
      output_tokens: 1,
      attempt: 1,
    },
    { purpose: 'title', outcome: 'completed', model: 'one/mock-large', provider: 'openai', attempt: null },
  ]);
});

it.each([
  ['one/mock-large', '[[error:quota]]', { code: 'provider.quota', retry: false }],
  ['two/mock-large', '[[error:context]]', { code: 'provider.context_too_long', retry: false }],
  ['one/mock-large', '[[cut:5]]', { code: 'provider.cut', retry: true }],
  ['two/mock-large', '[[error-at:5]]', { code: 'provider.overloaded', retry: true }],
])(
  'ends an answer of %s that %s with a code and a sentence, and keeps what was said',
  async (model, content, error) => {
    const { end, text, answer } = await ask(content, model);
    expect(end).toMatchObject({ status: 'failed', error });
    expect(end?.error?.detail.length).toBeGreaterThan(20);
    expect(answer?.content).toBe(text);
    expect(text === '').toBe(content.startsWith('[[error:'));
    expect(JSON.stringify([end, answer])).not.toContain('canary');
  },
);

it('believes a connection that cannot be asked for its models, and says what happened to the call', async () => {
  const body = { name: 'Away', slug: 'away', kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1' };
  const made = await app.api<Connection>('POST', '/api/v1/admin/connections', { token: owner.token, body });
  const { end } = await ask('hello', 'away/some/model');
  expect(end).toMatchObject({ status: 'failed', error: { code: 'provider.unreachable', retry: true } });
  expect(end?.error?.detail).toContain('Could not reach 127.0.0.1:9');
  await app.api('DELETE', `/api/v1/admin/connections/${made.body.id}`, { token: owner.token });
});

it('takes the model the owner chose, else the first of a connection, else the offline assistant', async () => {
  expect((await ask('hello [[text:x]]')).generation.model).toMatch(/^one\//);
  await choose('two/mock-small');
  expect((await ask('hello [[text:x]]')).generation.model).toBe('two/mock-small');
  const { body } = await app.api<ModelList>('GET', '/api/v1/models', { token: owner.token });
  expect(body.items.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['two/mock-small']);
  await choose('gone/model');
  expect((await ask('hello [[text:x]]')).generation.model).toMatch(/^one\//);
  await choose(null);
  for (const { id } of connected) await app.api('DELETE', `/api/v1/admin/connections/${id}`, { token: owner.token });
  expect((await ask('hello')).generation.model).toBe('offline/assistant');
});

it('refuses a model that is not there', async () => {
  const chat = await aChat(app, owner);
  for (const model of ['one/mock-large', 'offline/other', 'offline', '/', 'x'.repeat(300)]) {
    const body = { clientMessageId: randomUUID(), content: 'hello', model };
    const answer = await app.api<Problem>('POST', `/api/v1/conversations/${chat.id}/messages`, {
      token: owner.token,
      body,
    });
    expect([answer.status, answer.body.code]).toEqual([404, 'model.not_found']);
  }
});
