import type { Connection, ConnectionTest, ErrorCode, LocalServer, ModelList, Page, Problem } from '@chatbox/contracts';
import pg from 'pg';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { findLocalServers } from '../src/providers/local-servers.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

const KEY = 'sk-canary-0123456789-abcdefghij-WXYZ';
const ENV_KEY = 'sk-canary-environment-987654321-QRST';

let mock: MockModel;
let app: TestApp;
let owner: Person;
let member: Person;
/** Everything the application answered: no key may be in it. */
const answers: string[] = [];

const call = async <T>(method: string, path: string, body?: unknown, who: Person | null = owner) => {
  const answer = await app.api<T>(method, `/api/v1${path}`, { body, ...(who ? { token: who.token } : {}) });
  answers.push(JSON.stringify(answer.body ?? null));
  return answer;
};
const create = async (body: object): Promise<Connection> => {
  const { status, body: made } = await call<Connection>('POST', '/admin/connections', body);
  expect(status).toBe(201);
  return made;
};
const models = async () => (await call<ModelList>('GET', '/models')).body;
const sql = async <T>(statement: string, values: unknown[] = []): Promise<T[]> => {
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows as T[];
  } finally {
    await client.end();
  }
};
const expectProblem = (answer: { status: number; body: unknown }, status: number, code: ErrorCode) => {
  expect(answer.status).toBe(status);
  expect((answer.body as Problem).code).toBe(code);
};

beforeAll(async () => {
  mock = await startMockModel({ key: KEY });
  app = await startTestApp({ OPENAI_API_KEY: ENV_KEY, OPENAI_BASE_URL: `${mock.url}/v1` });
  owner = await aUser(app);
  member = await aUser(app);
});
afterAll(async () => {
  await app?.close();
  await mock?.close();
});

it('lists what the environment set and what is built in, and lets nobody change it', async () => {
  const { body } = await call<Page<Connection>>('GET', '/admin/connections');
  expect(body.items).toMatchObject([
    { id: 'openai', slug: 'openai', origin: 'environment', hasKey: true, keyHint: 'QRST', kind: 'openai' },
    { id: 'offline', origin: 'built-in', hasKey: false },
  ]);
  for (const id of ['openai', 'offline']) {
    expectProblem(await call('PATCH', `/admin/connections/${id}`, { name: 'mine' }), 409, 'connection.read_only');
    expectProblem(await call('DELETE', `/admin/connections/${id}`), 409, 'connection.read_only');
  }
});

it('is closed to everybody but the owner', async () => {
  const id = '019b0000-0000-7000-8000-000000000000';
  const doors: [string, string, object?][] = [
    ['GET', '/admin/connections'],
    ['POST', '/admin/connections', { name: 'x', kind: 'openai', key: KEY }],
    ['PATCH', `/admin/connections/${id}`, { name: 'x' }],
    ['DELETE', `/admin/connections/${id}`],
    ['POST', '/admin/connections/test', { kind: 'openai', key: KEY }],
    ['POST', `/admin/connections/${id}/test`],
    ['GET', '/admin/local-servers'],
  ];
  for (const [method, path, body] of doors) {
    expectProblem(await call(method, path, body, member), 403, 'auth.forbidden');
    expect((await call(method, path, body, null)).status).toBe(401);
  }
  expectProblem(await call('GET', '/models', undefined, null), 401, 'auth.required');
  expect((await call('GET', '/models', undefined, member)).status).toBe(200);
});

it('keeps a key sealed: in the table, in answers, and only for its own row', async () => {
  const made = await create({ name: 'My Models!', kind: 'openai', baseUrl: `${mock.url}/v1/`, key: KEY });
  expect(made).toMatchObject({
    slug: 'my-models',
    baseUrl: `${mock.url}/v1`,
    hasKey: true,
    keyHint: 'WXYZ',
    origin: 'settings',
    enabled: true,
  });
  const other = await create({ name: 'My Models!', kind: 'anthropic', baseUrl: mock.url, key: KEY });
  expect(other.slug).toBe('my-models-2');
  const rows = await sql<{ key_envelope: string }>('SELECT * FROM connection');
  expect(JSON.stringify(rows)).not.toContain('canary');
  expect(rows.map(({ key_envelope }) => key_envelope.split('.')[0])).toEqual(['v1', 'v1']);

  const list = await models();
  const ids = list.items.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining(['my-models/mock-large', 'my-models-2/claude-haiku-4-5', 'offline/assistant']),
  );
  expect(ids).not.toContain('my-models/text-embedding-3-small');
  expect(list.items.find(({ id }) => id === 'my-models-2/claude-haiku-4-5')).toMatchObject({
    name: 'Claude Haiku 4.5',
    contextWindow: 200_000,
    capabilities: { prefill: true },
    prices: { inputPerMillion: 0, outputPerMillion: 0 },
  });
  expect(list.problems).toMatchObject([{ connectionId: 'openai', code: 'provider.bad_key' }]);
  expect(list.items.filter(({ isDefault }) => isDefault)).toHaveLength(1);

  // An envelope that somebody copied to another row opens nothing.
  await sql('UPDATE connection SET key_envelope = $1, updated_at = now() WHERE id = $2', [
    rows[0]?.key_envelope,
    other.id,
  ]);
  // What was written past the application counts when what it remembers is five seconds old.
  const deadline = performance.now() + 7_000;
  const detail = async () => (await models()).problems.find(({ connectionId }) => connectionId === other.id)?.detail;
  while (!(await detail())?.includes('cannot be decrypted')) expect(performance.now()).toBeLessThan(deadline);
  await call('DELETE', `/admin/connections/${other.id}`);
  await call('DELETE', `/admin/connections/${made.id}`);
  expect((await models()).items.map(({ id }) => id)).toEqual(['offline/assistant']);
});

it('tries a connection before it is kept, and says what is wrong', async () => {
  const attempt = async (body: object) => (await call<ConnectionTest>('POST', '/admin/connections/test', body)).body;
  const good = await attempt({ kind: 'openai', baseUrl: `${mock.url}/v1`, key: KEY });
  expect(good).toMatchObject({ ok: true, models: expect.arrayContaining(['mock-large']) });
  expect(await attempt({ kind: 'anthropic', baseUrl: mock.url, key: 'sk-canary-wrong-key-123' })).toMatchObject({
    ok: false,
    models: [],
    error: { code: 'provider.bad_key', detail: expect.stringContaining('refused the key') },
  });
  expect(await attempt({ kind: 'openai', baseUrl: `${mock.url}/elsewhere`, key: KEY })).toMatchObject({
    ok: false,
    error: { code: 'provider.bad_response', detail: expect.stringContaining('/v1') },
  });
  expect(await attempt({ kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', key: KEY })).toMatchObject({
    ok: false,
    error: { code: 'provider.unreachable', detail: expect.stringContaining('Could not reach 127.0.0.1:1') },
  });
  expect((await sql('SELECT 1 FROM connection')).length).toBe(0);
});

it('changes, disables and tests a kept connection', async () => {
  const made = await create({
    name: 'Team',
    slug: 'team',
    kind: 'openai',
    baseUrl: `${mock.url}/v1`,
    key: 'sk-canary-old-key-000000',
  });
  const door = `/admin/connections/${made.id}`;
  expect((await call<ConnectionTest>('POST', `${door}/test`)).body).toMatchObject({
    ok: false,
    error: { code: 'provider.bad_key' },
  });
  expect((await models()).problems.map(({ connectionId }) => connectionId)).toContain(made.id);

  const changed = await call<Connection>('PATCH', door, { key: KEY, name: 'The team' });
  expect(changed.body).toMatchObject({ name: 'The team', keyHint: 'WXYZ', slug: 'team' });
  expect((await call<ConnectionTest>('POST', `${door}/test`)).body.ok).toBe(true);
  expect((await models()).items.map(({ id }) => id)).toContain('team/mock-large');

  await call('PATCH', door, { enabled: false });
  expect((await models()).items.map(({ id }) => id)).not.toContain('team/mock-large');
  expect((await call<Connection>('PATCH', door, { enabled: true, key: null })).body).toMatchObject({
    hasKey: false,
    keyHint: null,
  });
  await call('PATCH', door, { key: KEY });

  expectProblem(
    await call('POST', '/admin/connections', { name: 'x', slug: 'team', kind: 'openai' }),
    409,
    'connection.slug_taken',
  );
  expectProblem(
    await call('POST', '/admin/connections', { name: 'x', slug: 'offline', kind: 'openai' }),
    409,
    'connection.slug_taken',
  );

  // Who may only change the address must not get the key sent to it.
  const moved = await call<Problem>('PATCH', door, { baseUrl: 'http://127.0.0.2:9/v1' });
  expectProblem(moved, 400, 'request.invalid');
  expect(moved.body.issues).toMatchObject([{ path: 'key' }]);
  expect((await call('PATCH', door, { baseUrl: `${mock.url}/v1/` })).status).toBe(200);

  expect((await call('DELETE', door)).status).toBe(204);
  expectProblem(await call('DELETE', door), 404, 'connection.not_found');
  expectProblem(await call('PATCH', door, { name: 'x' }), 404, 'connection.not_found');
  expectProblem(await call('POST', `${door}/test`), 404, 'connection.not_found');
});

it.each([
  {},
  [],
  null,
  'text',
  { name: 'x' },
  { name: 'x', kind: 'offline' },
  { name: 'x', kind: 'openai', slug: 'With/Slash' },
  { name: 'x', kind: 'openai', baseUrl: 'file:///etc/passwd' },
  { name: 'x', kind: 'openai', baseUrl: 'http://user:secret@example.org/v1' },
  { name: 'x', kind: 'openai', baseUrl: 'http://example.org/v1?key=1' },
  { name: 'x\u0000', kind: 'openai' },
  { name: 'x', kind: 'openai', id: '1', role: 'owner' },
])('refuses the draft %j', async (draft) => {
  expectProblem(await call('POST', '/admin/connections', draft), 400, 'request.invalid');
});

it.each(['1', 'undefined', '..', '%00', 'OPENAI', "'--"])('refuses the id %s', async (id) => {
  const { status } = await call('DELETE', `/admin/connections/${encodeURIComponent(id)}`);
  expect([400, 404]).toContain(status);
});

it('names a model by slug and upstream id, however many slashes that has', async () => {
  const many = await startMockModel({ models: ['org/family/model:7b'] });
  const made = await create({ name: 'Slashes', slug: 'slashes', kind: 'openai', baseUrl: `${many.url}/v1` });
  expect((await models()).items.map(({ id }) => id)).toContain('slashes/org/family/model:7b');
  await call('DELETE', `/admin/connections/${made.id}`);
  await many.close();
});

it('finds a model server of this machine, says whether it is connected, and looks at nothing else', async () => {
  const open = await startMockModel();
  const port = Number(new URL(open.url).port);
  const places = [
    { name: 'Ollama', port },
    { name: 'vLLM', port: 1 },
    // A web server that is no model server.
    { name: 'llama.cpp', port: Number(new URL(app.url).port) },
  ];
  const found: LocalServer[] = await findLocalServers([], places);
  expect(found).toMatchObject([{ name: 'Ollama', baseUrl: `http://127.0.0.1:${port}/v1`, connected: false }]);
  expect(found[0]?.models).toContain('mock-large');
  expect(await findLocalServers([`http://localhost:${port}/v1`], places)).toMatchObject([{ connected: true }]);
  await open.close();
  // Looking is switched off for this application.
  expect((await call('GET', '/admin/local-servers')).body).toEqual({ items: [], nextCursor: null });
});

it('has let no key out', () => {
  expect(answers.length).toBeGreaterThan(40);
  for (const answer of answers) expect(answer).not.toMatch(/canary/);
});
