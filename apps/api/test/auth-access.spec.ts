import { createHmac } from 'node:crypto';
import { ROUTES, type Route, roleMay } from '@chatbox/contracts';
import { aUser, type Person } from './harness/people.ts';
import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let owner: Person;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp();
  owner = await aUser(app);
  ann = await aUser(app);
});
afterAll(() => app.close());

const ID = '5e0c5c7e-7d4b-4f0e-9d3e-0d4d0f7f3b11';
const routes = Object.entries<Route>(ROUTES).map(
  ([name, route]) => [name, { ...route, path: route.path.replace(':id', ID) }] as const,
);
const callable = ({ method, path, body }: Route, headers: Record<string, string> = {}, token?: string) =>
  app.api(method, path, { token, headers, ...(body && { body: {} }) });

describe('every route that is not public', () => {
  const closed = routes.filter(([, { access }]) => access !== 'public');

  it.each(closed)('%s is closed to nobody', async (_, route) => {
    expect(await callable(route)).toMatchObject({ status: 401, body: { code: 'auth.required' } });
    expect((await callable(route, { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await callable(route, { cookie: 'chatbox_access=nonsense', origin: app.url })).status).toBe(401);
  });

  it.each(closed.filter(([, { method }]) => method === 'GET'))(
    '%s is closed by HEAD and by odd spellings',
    async (_, { path }) => {
      for (const odd of [
        path.replace('/api', '/%61pi'),
        path.replace('/v1', '//v1'),
        `${path}/`,
        `${path};/x`,
        path.toUpperCase(),
      ])
        expect([401, 404]).toContain((await app.api('GET', odd)).status);
      expect([401, 404]).toContain((await app.api('HEAD', path)).status);
      expect((await app.api('GET', path, { headers: { 'x-original-url': '/api/v1/setup' } })).status).toBe(401);
    },
  );

  it.each(
    closed.filter(([, { access }]) => typeof access === 'object' && !roleMay('member', access.resource, access.action)),
  )('%s is closed to a member', async (_, route) => {
    expect(await callable(route, {}, ann.token)).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
  });
});

describe('an access token', () => {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = (header: object, payload: object, secret = app.config.JWT_SECRET, hash = 'sha256') => {
    const body = `${encode(header)}.${encode(payload)}`;
    return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`;
  };
  const genuine = () => {
    const [header, payload] = ann.token
      .split('.', 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return { header, payload };
  };
  const me = (token: string) => app.api('GET', '/api/v1/auth/me', { token });

  it('says what it is, for whom, from whom and signed with which key', async () => {
    const { header, payload } = genuine();
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.any(String) });
    expect(payload).toMatchObject({
      userId: ann.user.id,
      email: ann.email,
      role: 'member',
      iss: 'chatbox',
      aud: 'chatbox-api',
    });
    expect(payload.exp - payload.iat).toBe(3600);
    // The forgeries below mean something only if this way of making a token makes one that counts.
    expect((await me(signed(header, payload))).status).toBe(200);
  });

  const forgeries: [string, (header: Record<string, unknown>, payload: Record<string, unknown>) => string][] = [
    ['without a signature', (h, p) => `${encode({ ...h, alg: 'none' })}.${encode(p)}.`],
    ['with an empty signature', (h, p) => `${encode(h)}.${encode(p)}.`],
    ['signed with another key', (h, p) => signed(h, p, 'another secret that is long enough to be one')],
    ['signed with another algorithm', (h, p) => signed({ ...h, alg: 'HS512' }, p, app.config.JWT_SECRET, 'sha512')],
    ['that claims an asymmetric signature', (h, p) => signed({ ...h, alg: 'RS256' }, p)],
    ['with an unknown key id', (h, p) => signed({ ...h, kid: 'other' }, p)],
    ['without a key id', ({ kid: _, ...h }, p) => signed(h, p)],
    [
      'that brings its own key',
      (h, p) => signed({ ...h, kid: 'x', jwk: { kty: 'oct', k: 'eA' }, jku: 'http://127.0.0.1:1/' }, p, 'x'),
    ],
    ['of another type', (h, p) => signed({ ...h, typ: 'JWT' }, p)],
    ['from another issuer', (h, p) => signed(h, { ...p, iss: 'other' })],
    ['for another audience', (h, p) => signed(h, { ...p, aud: 'other' })],
    ['that is not valid yet', (h, p) => signed(h, { ...p, nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['that never expires', (h, { exp: _, ...p }) => signed(h, p)],
    ['of a session that does not exist', (h, p) => signed(h, { ...p, session: ID })],
    ["of somebody else's session", (h, p) => signed(h, { ...p, userId: owner.user.id })],
    ['with a session that is no id', (h, p) => signed(h, { ...p, session: "' OR 1=1 --" })],
    ['with an object for a session', (h, p) => signed(h, { ...p, session: { a: 1 } })],
    ['that is text', () => signed({}, {}).replaceAll('.', '')],
  ];
  it.each(forgeries)('%s is refused', async (_, forge) => {
    const { header, payload } = genuine();
    expect(await me(forge(header, payload))).toMatchObject({ status: 401, body: { code: 'auth.required' } });
  });

  it('that has expired is refused as such, so that a client knows to refresh', async () => {
    const { header, payload } = genuine();
    const expired = signed(header, { ...payload, iat: 1_700_000_000, exp: 1_700_003_600 });
    expect(await me(expired)).toMatchObject({ status: 401, body: { code: 'auth.token_expired' } });
  });

  it('gives nobody a role by what it says', async () => {
    const { header, payload } = genuine();
    const token = signed(header, { ...payload, role: 'owner' });
    expect((await app.api('GET', '/api/v1/admin/settings', { token })).status).toBe(403);
  });

  it.each(["Bearer '", 'Bearer ', 'Bearer a b', 'Basic YTpi', 'bearer', `Bearer ${'x'.repeat(6000)}`])(
    'is not found in %j',
    async (authorization) => {
      const { status } = await app.api('GET', '/api/v1/auth/me', { headers: { authorization } });
      expect(status).toBe(401);
    },
  );
});

describe('within a second', () => {
  const eventually = async (status: number, ask: () => Promise<{ status: number }>): Promise<void> => {
    const deadline = Date.now() + 1500;
    let last = 0;
    while (Date.now() < deadline) {
      last = (await ask()).status;
      if (last === status) return;
    }
    expect(last).toBe(status);
  };

  it('a suspended account is shut out', async () => {
    const { token, user } = await aUser(app);
    const me = () => app.api('GET', '/api/v1/auth/me', { token });
    expect((await me()).status).toBe(200);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [user.id]);
    await eventually(401, me);
  });

  it('a demoted owner loses the right, with the token of before', async () => {
    const settings = () => app.api('GET', '/api/v1/admin/settings', { token: owner.token });
    expect((await settings()).status).toBe(200);
    await sql(app, `UPDATE account SET role = 'member' WHERE id = $1`, [owner.user.id]);
    await eventually(403, settings);
    await sql(app, `UPDATE account SET role = 'owner' WHERE id = $1`, [owner.user.id]);
    await eventually(200, settings);
  });
});
