import { randomUUID } from 'node:crypto';
import { type CreatedKey, ErrorCode, Problem, ROUTES, type Role, type Route, roleMay } from '@chatbox/contracts';
import { answeringRoutes } from './harness/answering-routes.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let owner: Person;
let member: Person;
beforeAll(async () => {
  app = await startTestApp();
  owner = await aUser(app);
  member = await aUser(app);
});
afterAll(() => app.close());

const routes = Object.entries<Route>(ROUTES).map(([name, route]) => ({ name, ...route }));
const closedTo = (role: Role, access: Route['access']) =>
  typeof access === 'object' && !roleMay(role, access.resource, access.action);
const closed = routes.filter(({ access }) => access !== 'public');
const withBody = routes.filter(({ method }) => method !== 'GET');
/** Pages and texts that are no JSON. */
const BESIDE_THE_TABLE = {
  'GET /metrics': 'public',
  'GET /api/docs': 'public',
  'GET /api/v1/openapi.json': 'public',
};
/** Sessions are ended by some of these; they are asked apart. */
const harmless = withBody.filter(({ name }) => name !== 'auth.logout');
const at = (path: string, id: string = randomUUID()) => path.replace(/:\w+/g, encodeURIComponent(id));

/** A refusal that a client can understand: problem details whose status, code and request id hold together. */
const expectProblem = ({ status, headers, body }: Awaited<ReturnType<TestApp['api']>>) => {
  expect({ status, body }).toEqual({ status: expect.any(Number), body: expect.any(Object) });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  const problem = Problem.parse(body);
  expect(ErrorCode.options).toContain(problem.code);
  expect(problem.status).toBe(status);
  expect(headers.get('x-request-id')).toBe(problem.requestId);
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\bat .*:\d+:\d+|SELECT |password_hash/);
};

describe('the route table', () => {
  it.each(closed)('$method $path is closed to nobody', async ({ method, path }) => {
    const answer = await app.api<Problem>(method, at(path));
    expect([answer.status, answer.body.code]).toEqual([401, 'auth.required']);
  });

  it.each(routes.filter(({ access }) => closedTo('member', access)))(
    '$method $path is closed to a member',
    async ({ method, path }) => {
      const answer = await app.api<Problem>(method, at(path), { token: member.token });
      expect([answer.status, answer.body.code]).toEqual([403, 'auth.forbidden']);
    },
  );

  it.each(closed)('$method $path is closed however it is spelled', async ({ method, path }) => {
    const plain = at(path);
    const spellings = [
      plain.replace('/api', '/%61pi'),
      plain.replace('/api/', '//api/'),
      plain.replace('/api/', '/api/;x/'),
      `${plain}/`,
      plain.toUpperCase(),
      plain.replace('/api/', '/x/..;/api/'),
      `${plain}?x=/health/live`,
    ];
    for (const spelling of spellings) {
      const answer = await app.api(method, `${app.url}${spelling}`, {
        headers: { 'x-original-url': '/health/live', 'x-rewrite-url': '/health/live', 'x-middleware-subrequest': 'x' },
      });
      expect([401, 404, 405]).toContain(answer.status);
    }
  });

  it('has an entry for every address that answers, and says of each who may ask', () => {
    const table = Object.fromEntries(routes.map(({ method, path, access }) => [`${method} ${path}`, access]));
    expect(answeringRoutes()).toEqual({ ...table, ...BESIDE_THE_TABLE });
  });
});

/** They are not there yet. When one comes, the table above and the one of hardening-principals want an entry for it. */
const COMPATIBLE = [
  ['POST', '/v1/chat/completions'],
  ['POST', '/v1/responses'],
  ['POST', '/v1/embeddings'],
  ['POST', '/v1/messages'],
  ['GET', '/v1/models'],
] as const;

describe('HARDENING 2: the compatible doors', () => {
  it.each(COMPATIBLE)('%s %s answers nobody, whoever asks and whatever conversation is named', async (method, path) => {
    const { body: key } = await app.api<CreatedKey>('POST', '/api/v1/keys', {
      token: member.token,
      body: { name: 'x', scopes: ['chat:read', 'chat:write', 'models:read'] },
    });
    const { body: chat } = await app.api<{ id: string }>('POST', '/api/v1/conversations', {
      token: owner.token,
      body: {},
    });
    for (const token of [undefined, member.token, key.key, owner.token]) {
      const body = { model: 'x', messages: [{ role: 'user', content: 'hello' }], conversation: chat.id };
      const answer = await app.api<Problem>(method, path, { token, ...(method === 'POST' && { body }) });
      expect([answer.status, answer.body.code]).toEqual([404, 'route.not_found']);
    }
    const { body: messages } = await app.api<{ items: unknown[] }>('GET', `/api/v1/conversations/${chat.id}/messages`, {
      token: owner.token,
    });
    expect(messages.items).toEqual([]);
  });
});

describe('an id that is none', () => {
  const ids = ['1', 'null', 'undefined', '[object Object]', '{}', '%00', "' OR 1=1 --", '..', 'a'.repeat(150)];
  it.each(routes.filter(({ path }) => path.includes(':')))('is never the first row: $method $path', async (route) => {
    for (const id of ids)
      expectProblem(await app.api(route.method, at(route.path, id), { token: owner.token, ...bodyFor(route) }));
  });
});

/** Bodies that no schema allows, or that only want to break something. */
const HOSTILE: [string, unknown][] = [
  ['nothing', undefined],
  ['an empty text', ''],
  ['null', 'null'],
  ['a number', '42'],
  ['a text', '"text"'],
  ['a list', '[]'],
  ['a list of lists', '[[[[]]]]'],
  ['broken JSON', '{"a":'],
  ['ten thousand levels', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ['a prototype', '{"__proto__":{"role":"owner"}}'],
  ['a constructor', '{"constructor":{"prototype":{"role":"owner"}}}'],
  ['a megabyte of key', JSON.stringify({ ['k'.repeat(1_000_000)]: 1 })],
  ['more than a megabyte', JSON.stringify({ content: 'x'.repeat(1_100_000) })],
  ['foreign fields', { id: randomUUID(), ownerId: randomUUID(), role: 'owner', createdAt: '1970-01-01T00:00:00Z' }],
];

/** Values put in the place of every field a schema has. */
const WRONG: unknown[] = [
  null,
  0,
  -1,
  true,
  '',
  [],
  {},
  ['x'],
  { $ne: null },
  'a\u0000b',
  '\ud800',
  'x'.repeat(500_000),
];

const fieldsOf = ({ body }: Route): string[] => (body && 'shape' in body ? Object.keys(body.shape as object) : []);
const bodyFor = (route: Route) => (route.method === 'GET' ? {} : { body: {} });

describe('HARDENING 37 and 38: a body that is not what it should be', () => {
  it.each(harmless.filter(({ body }) => body))('is refused, whole: $method $path', async (route) => {
    for (const [what, body] of HOSTILE) {
      const answer = await app.api(route.method, at(route.path), { token: owner.token, body });
      // A body of which nothing is required may be empty; it then asks for something that is not there.
      if (what === 'nothing' || what === 'an empty text') expect(answer.status).toBeLessThan(500);
      else expectProblem(answer);
    }
  });

  it.each(harmless.filter((route) => fieldsOf(route).length > 0))(
    'is refused, field by field: $method $path',
    async (route) => {
      const fields = fieldsOf(route);
      for (const field of fields)
        for (const value of WRONG) {
          const body = Object.fromEntries(fields.map((name) => [name, name === field ? value : 'text']));
          const { status } = await app.api(route.method, at(route.path), { token: owner.token, body });
          expect({ field, value: String(value).slice(0, 20), tooBad: status >= 500 }).toEqual({
            field,
            value: String(value).slice(0, 20),
            tooBad: false,
          });
        }
    },
  );

  it('of another type than JSON is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'x/y'])
      for (const { method, path, body, form } of harmless) {
        if (!body || (form && type === 'application/x-www-form-urlencoded')) continue;
        const answer = await app.api<Problem>(method, at(path), {
          token: owner.token,
          body: 'email=a',
          headers: { 'content-type': type },
        });
        expect([answer.status, answer.body.code]).toEqual([415, 'request.unsupported_media_type']);
      }
  });
});

describe('HARDENING 38: a query that is not what it should be', () => {
  const queries = [
    'limit=0',
    'limit=-1',
    'limit=1e9',
    'limit=x',
    'limit=1&limit=2',
    'cursor=%00',
    'cursor=\u{1F600}',
    'x=1',
  ];
  it.each(routes.filter(({ query }) => query))('is refused: $method $path', async ({ method, path }) => {
    for (const query of queries) expectProblem(await app.api(method, `${at(path)}?${query}`, { token: owner.token }));
  });
});

it('fields that are not a person’s to choose change nothing', async () => {
  const before = await app.api<{ role: string }>('GET', '/api/v1/auth/me', { token: member.token });
  for (const field of ['id', 'role', 'email', 'createdAt', 'status'])
    expectProblem(
      await app.api('PATCH', '/api/v1/auth/me', { token: member.token, body: { name: 'x', [field]: 'owner' } }),
    );
  expect((await app.api('GET', '/api/v1/auth/me', { token: member.token })).body).toEqual(before.body);
});

it('HARDENING 38: is still there afterwards', async () => {
  expect((await app.api('GET', '/health/ready')).status).toBe(200);
});
