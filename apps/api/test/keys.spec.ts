import { randomUUID } from 'node:crypto';
import { type ApiKey, CLOSE, type CreatedKey, type OwnedKey, type Page, type Problem } from '@chatbox/contracts';
import { newKey } from '../src/auth/keys/key-text.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { RawSocket } from './support/raw-socket.ts';

const FROM_ENVIRONMENT = 'a-key-that-the-operator-has-chosen-1';
let app: TestApp;
let owner: Person;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp({
    API_KEYS: `${FROM_ENVIRONMENT} models:read, another-key-that-the-operator-has-chosen`,
    // Wrong keys are to be refused for what they are, not for how many they are.
    RATE_LIMIT_MAX: '100000',
  });
  owner = await aUser(app);
  ann = await aUser(app);
});
afterAll(() => app.close());

const ME = '/api/v1/auth/me';
const make = (who: Person, body: object = {}) =>
  app.api<CreatedKey & Problem>('POST', '/api/v1/keys', {
    token: who.token,
    body: { name: 'ci', scopes: ['chat:read', 'chat:write', 'models:read'], ...body },
  });
const keyOf = async (who: Person, body: object = {}) => (await make(who, body)).body;
const withKey = (key: string, method: string, path: string, body?: unknown) =>
  app.api<Problem>(method, path, { token: key, body });

describe('a key', () => {
  it('is shown once, stored as a hash, and found by its beginning', async () => {
    const created = await make(ann, { name: 'nightly', expiresInDays: 7 });
    expect(created.status).toBe(201);
    const { key, ...shown } = created.body;
    expect(key).toMatch(/^cbx_[0-9A-Za-z]{56}$/);
    expect(key.startsWith(shown.prefix)).toBe(true);
    const own = await app.api<Page<ApiKey>>('GET', '/api/v1/keys', { token: ann.token });
    expect(own.body.items[0]).toEqual(shown);
    expect(JSON.stringify(own.body)).not.toContain(key);
    for (const table of ['api_key', 'audit'])
      expect(JSON.stringify(await rowsOf(app, `SELECT * FROM ${table}`))).not.toContain(key);
    const all = await app.api<Page<OwnedKey>>('GET', `/api/v1/admin/keys?search=${shown.prefix}`, {
      token: owner.token,
    });
    expect(all.body.items).toEqual([{ ...shown, owner: { id: ann.user.id, email: ann.email } }]);
  });

  it('works on every route within its scopes, and on no other', async () => {
    const { key } = await keyOf(ann, { scopes: ['chat:read', 'models:read'] });
    expect((await withKey(key, 'GET', '/api/v1/conversations')).status).toBe(200);
    expect((await withKey(key, 'GET', '/api/v1/models')).status).toBe(200);
    expect((await withKey(key, 'GET', ME)).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/api/v1/conversations'],
      ['GET', '/api/v1/auth/sessions'],
      ['GET', '/api/v1/keys'],
      ['POST', '/api/v1/keys'],
      ['POST', '/api/v1/auth/logout'],
      ['GET', '/api/v1/admin/people'],
    ] as const)
      expect(await withKey(key, method, path, method === 'POST' ? {} : undefined)).toMatchObject({
        status: 403,
        body: { code: 'auth.forbidden' },
      });
  });

  it('HARDENING 6: never has more than its owner, when it is made and afterwards', async () => {
    for (const scope of ['admin:read', 'admin:write'])
      expect(await make(ann, { scopes: [scope] })).toMatchObject({
        status: 403,
        body: { code: 'key.scope_beyond_rights' },
      });
    const admin = await aUser(app);
    const setRole = (role: string) =>
      app.api('PATCH', `/api/v1/admin/people/${admin.user.id}`, { token: owner.token, body: { role } });
    await setRole('admin');
    await eventually(200, () => app.api('GET', '/api/v1/admin/people', { token: admin.token }));
    const { key } = await keyOf(admin, { scopes: ['admin:read', 'admin:write'] });
    expect((await withKey(key, 'GET', '/api/v1/admin/people')).status).toBe(200);
    expect((await withKey(key, 'PATCH', '/api/v1/admin/settings', {})).status).toBe(403);
    expect((await withKey(key, 'DELETE', `/api/v1/admin/people/${ann.user.id}`)).status).toBe(403);
    await setRole('member');
    await eventually(403, () => withKey(key, 'GET', '/api/v1/admin/people'));
  });

  it('HARDENING 7: means the same in every header, and is refused in an address', async () => {
    const { key } = await keyOf(ann);
    for (const [name, value] of [
      ['authorization', `Bearer ${key}`],
      ['x-api-key', key],
      ['api-key', key],
    ] as const) {
      const headers = { [name]: value };
      const answer = await app.api('GET', ME, { headers });
      expect(answer).toMatchObject({ status: 200, body: { id: ann.user.id } });
      expect(answer.headers.get('ratelimit-policy')).toBe(
        (await app.api('GET', ME, { token: key })).headers.get('ratelimit-policy'),
      );
    }
    expect((await app.api('GET', ME, { headers: { 'x-api-key': key, 'api-key': key } })).status).toBe(200);
    expect(
      await app.api('GET', ME, { headers: { 'x-api-key': key, authorization: `Bearer ${ann.token}` } }),
    ).toMatchObject({ status: 400, body: { code: 'auth.key_ambiguous' } });
    for (const url of [`${ME}?api_key=${key}`, `${ME}?x=${key.replace('_', '%5f')}`, `/api/v1/setup?key=${key}`])
      for (const token of [undefined, ann.token])
        expect(await app.api('GET', url, { token })).toMatchObject({
          status: 400,
          body: { code: 'auth.key_in_url' },
        });
  });

  it('does not make up for a foreign cookie, and a browser needs no header', async () => {
    const answer = await app.api('POST', '/api/v1/conversations', {
      headers: { 'x-api-key': 'cbx_nonsense', cookie: `chatbox_access=${ann.token}`, origin: app.url },
      body: {},
    });
    expect(answer.status).toBe(401);
  });

  it('is accepted only from its addresses', async () => {
    const here = await keyOf(ann, { addresses: ['127.0.0.0/8', '::1'] });
    const elsewhere = await keyOf(ann, { addresses: ['203.0.113.0/24'] });
    expect((await withKey(here.key, 'GET', ME)).status).toBe(200);
    expect(await withKey(elsewhere.key, 'GET', ME)).toMatchObject({ status: 403, body: { code: 'auth.key_address' } });
    // The proxies that may say so are on this machine here.
    const through = (address: string) =>
      app.api('GET', ME, { token: elsewhere.key, headers: { 'x-forwarded-for': address } });
    expect((await through('203.0.113.7')).status).toBe(200);
    expect((await through('203.0.113.7, 198.51.100.1')).status).toBe(403);
    expect((await make(ann, { addresses: ['300.1.1.1'] })).status).toBe(400);
  });

  it('ends when it expires and when it is revoked, by its owner or by the administration', async () => {
    const [old, own, any] = [await keyOf(ann, { expiresInDays: 1 }), await keyOf(ann), await keyOf(ann)];
    for (const { key } of [old, own, any]) expect((await withKey(key, 'GET', ME)).status).toBe(200);
    await sql(app, `UPDATE api_key SET expires_at = clock_timestamp() WHERE id = $1`, [old.id]);
    await eventually(401, () => withKey(old.key, 'GET', ME));
    expect((await app.api('DELETE', `/api/v1/keys/${own.id}`, { token: owner.token })).status).toBe(404);
    expect((await app.api('DELETE', `/api/v1/keys/${own.id}`, { token: ann.token })).status).toBe(204);
    expect((await withKey(own.key, 'GET', ME)).status).toBe(401);
    expect((await app.api('DELETE', `/api/v1/admin/keys/${any.id}`, { token: owner.token })).status).toBe(204);
    expect((await withKey(any.key, 'GET', ME)).status).toBe(401);
  });

  it('says when and from where it was used last, at most once a minute', async () => {
    const { key, id } = await keyOf(ann);
    const used = async () =>
      (await rowsOf(app, 'SELECT last_used_at AS at, last_address FROM api_key WHERE id = $1', [id]))[0];
    await withKey(key, 'GET', ME);
    let row = await used();
    while (row?.at === null) row = await used();
    expect(row?.last_address).toBe('127.0.0.1');
    await withKey(key, 'GET', ME);
    expect(await used()).toEqual(row);
  });
});

describe('a socket', () => {
  it('takes a key in its hello, keeps to its scopes and goes with it', async () => {
    const { key, id } = await keyOf(ann, { scopes: ['chat:read'] });
    const { body: chat } = await app.api<{ id: string }>('POST', '/api/v1/conversations', {
      token: ann.token,
      body: {},
    });
    const socket = await RawSocket.open(app.url);
    expect(await socket.ask({ type: 'hello', token: key })).toMatchObject({
      ok: true,
      userId: ann.user.id,
      sessionId: id,
    });
    expect(await socket.ask({ type: 'subscribe', conversationId: chat.id })).toMatchObject({ ok: true });
    expect(
      await socket.ask({ type: 'send', conversationId: chat.id, clientMessageId: randomUUID(), content: 'x' }),
    ).toMatchObject({ ok: false, error: { code: 'auth.forbidden' } });
    await app.api('DELETE', `/api/v1/keys/${id}`, { token: ann.token });
    expect((await socket.closed).code).toBe(CLOSE.sessionEnded);
  });
});

describe('API_KEYS', () => {
  it('work for the first owner, within the scopes that are named', async () => {
    expect(await withKey(FROM_ENVIRONMENT, 'GET', ME)).toMatchObject({ status: 200, body: { id: owner.user.id } });
    expect((await withKey(FROM_ENVIRONMENT, 'GET', '/api/v1/models')).status).toBe(200);
    expect((await withKey(FROM_ENVIRONMENT, 'GET', '/api/v1/conversations')).status).toBe(403);
    const { body } = await app.api<Page<OwnedKey>>('GET', '/api/v1/admin/keys?search=API_KEYS', { token: owner.token });
    expect(body.items).toMatchObject([
      { origin: 'environment', scopes: ['models:read'], owner: { id: owner.user.id } },
    ]);
    expect(await app.api('DELETE', `/api/v1/admin/keys/${body.items[0]?.id}`, { token: owner.token })).toMatchObject({
      status: 409,
      body: { code: 'key.read_only' },
    });
    expect((await withKey(FROM_ENVIRONMENT, 'GET', ME)).status).toBe(200);
  });
});

it('a flood of wrong keys does not reach the database', async () => {
  const { key } = await keyOf(ann);
  await withKey(key, 'GET', ME);
  const lookups = async () =>
    Number(
      (await rowsOf(app, `SELECT seq_scan + idx_scan AS n FROM pg_stat_user_tables WHERE relname = 'api_key'`))[0]?.n,
    );
  const typo = `${key.slice(0, -7)}${key.at(-7) === 'a' ? 'b' : 'a'}${key.slice(-6)}`;
  const before = await lookups();
  const answers: number[] = [];
  for (let round = 0; round < 12; round++)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const wrong = i % 3 ? newKey().key : i % 2 ? typo : `cbx_${i}`;
          return (await app.api('GET', ME, { headers: { 'x-api-key': wrong } })).status;
        }),
      )),
    );
  expect(new Set(answers)).toEqual(new Set([401]));
  // One look a second, and what the statistics tell late of the tests before; a query for each would be 600.
  expect((await lookups()) - before).toBeLessThan(60);
});

const eventually = async (status: number, ask: () => Promise<{ status: number }>): Promise<void> => {
  const deadline = Date.now() + 1500;
  let last = 0;
  while (Date.now() < deadline && last !== status) last = (await ask()).status;
  expect(last).toBe(status);
};
