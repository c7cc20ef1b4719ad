import type { AuthResult, Factors, Fresh, Problem, Settings } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import { aUser, PASSWORD, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import {
  addTotp,
  aGuardedUser,
  challengeOf,
  finish,
  letCodesPass,
  letTheProofPass,
  login,
  totpCode,
  wrongCode,
} from './support/factors.ts';

let app: TestApp;
let owner: Person;
beforeAll(async () => {
  app = await startTestApp();
  owner = await aUser(app);
});
afterEach(() => require());
afterAll(() => app.close());

const ask = (method: string, path: string, token: string, body?: unknown) =>
  app.api<Problem & AuthResult & Factors & Fresh>(method, path, { token, ...(body === undefined ? {} : { body }) });
const require = (...roles: string[]) =>
  app.api<Settings>('PATCH', '/api/v1/admin/settings', { token: owner.token, body: { factorRequiredFor: roles } });
const fresh = (token: string, proof: unknown) => ask('POST', '/api/v1/auth/fresh', token, proof);

const SENSITIVE: [string, string][] = [
  ['POST', '/api/v1/auth/factors/totp'],
  ['POST', '/api/v1/auth/factors/totp/confirm'],
  ['DELETE', '/api/v1/auth/factors/totp'],
  ['POST', '/api/v1/auth/factors/recovery-codes'],
  ['POST', '/api/v1/auth/factors/passkeys/options'],
  ['POST', '/api/v1/auth/factors/passkeys'],
  ['DELETE', '/api/v1/auth/factors/passkeys/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e'],
  ['DELETE', '/api/v1/admin/people/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e/factors'],
  ['POST', '/api/v1/keys'],
  ['POST', '/api/v1/admin/connections'],
  ['PATCH', '/api/v1/admin/connections/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e'],
  ['DELETE', '/api/v1/admin/connections/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e'],
  ['PATCH', '/api/v1/admin/people/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e'],
  ['DELETE', '/api/v1/admin/people/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e'],
  ['POST', '/api/v1/admin/people/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e/reset-link'],
  ['POST', '/api/v1/admin/invitations'],
  ['PATCH', '/api/v1/admin/settings'],
];

describe('HARDENING 21: a sensitive change', () => {
  it.each(SENSITIVE)('wants a fresh proof: %s %s', async (method, path) => {
    await letTheProofPass(app, owner);
    expect(await ask(method, path, owner.token, method === 'DELETE' ? undefined : {})).toMatchObject({
      status: 403,
      body: { code: 'auth.fresh_factor_required' },
    });
    expect((await fresh(owner.token, { password: PASSWORD })).status).toBe(200);
    expect((await ask(method, path, owner.token, method === 'DELETE' ? undefined : {})).body?.code).not.toBe(
      'auth.fresh_factor_required',
    );
  });

  it('is possible for ten minutes after a sign-in, and no refresh makes them longer', async () => {
    const ann = await aUser(app);
    await letTheProofPass(app, ann);
    const refreshed = await app.api<AuthResult>('POST', '/api/v1/auth/refresh', {
      body: { refreshToken: ann.refreshToken },
    });
    const begin = (token: string) => ask('POST', '/api/v1/auth/factors/totp', token);
    expect((await begin(refreshed.body.accessToken)).body.code).toBe('auth.fresh_factor_required');
    expect((await begin((await login(app, ann)).body.accessToken)).status).toBe(201);
  });

  it('is proven with the password or a code, in this session only', async () => {
    const ann = await aGuardedUser(app);
    const second = await finish(app, { challenge: await challengeOf(app, ann), recoveryCode: ann.recoveryCodes[0] });
    await letTheProofPass(app, ann);
    const until = Date.parse((await fresh(ann.token, { totp: totpCode(ann.secret) })).body.freshUntil);
    expect(until - Date.now()).toBeGreaterThan(9 * 60_000);
    expect(until - Date.now()).toBeLessThanOrEqual(10 * 60_000 + 1000);
    expect((await ask('POST', '/api/v1/auth/factors/totp', ann.token)).status).toBe(201);
    expect((await ask('POST', '/api/v1/auth/factors/totp', second.body.accessToken)).status).toBe(403);
  });

  it('is not proven by what is wrong or was used, and guesses are counted', async () => {
    const ann = await aGuardedUser(app);
    await letTheProofPass(app, ann);
    expect(await fresh(ann.token, { password: 'not the password' })).toMatchObject({
      status: 401,
      body: { code: 'auth.bad_credentials' },
    });
    const totp = totpCode(ann.secret);
    await finish(app, { challenge: await challengeOf(app, ann), totp });
    expect(await fresh(ann.token, { totp })).toMatchObject({ status: 401, body: { code: 'auth.factor_wrong' } });
    for (let i = 0; i < 4; i++) await fresh(ann.token, { totp: wrongCode(ann.secret) });
    await letCodesPass(app, ann);
    expect(await fresh(ann.token, { totp: totpCode(ann.secret) })).toMatchObject({
      status: 429,
      body: { code: 'auth.too_many_attempts' },
    });
    expect((await ask('POST', '/api/v1/auth/factors/totp', ann.token)).status).toBe(403);
    for (const proof of [{}, { password: PASSWORD, totp: '123456' }, { recoveryCode: ann.recoveryCodes[0] }])
      expect((await fresh(ann.token, proof)).status).toBe(400);
  });

  it('changing a factor ends the other sessions, and no other', async () => {
    const ann = await aUser(app);
    const [phone, tablet] = [(await login(app, ann)).body, (await login(app, ann)).body];
    const me = async (token: string) => (await ask('GET', '/api/v1/auth/me', token)).status;
    expect([await me(phone.accessToken), await me(tablet.accessToken)]).toEqual([200, 200]);
    const guarded = await addTotp(app, ann);
    expect([await me(ann.token), await me(phone.accessToken), await me(tablet.accessToken)]).toEqual([200, 401, 401]);
    expect((await app.api('POST', '/api/v1/auth/refresh', { body: { refreshToken: phone.refreshToken } })).status).toBe(
      401,
    );
    const laptop = await finish(app, { challenge: await challengeOf(app, guarded), totp: totpCode(guarded.secret) });
    expect((await ask('DELETE', '/api/v1/auth/factors/totp', laptop.body.accessToken)).status).toBe(204);
    expect([await me(ann.token), await me(laptop.body.accessToken)]).toEqual([401, 200]);
    expect(await me(owner.token)).toBe(200);
  });
});

describe('a role that needs a second factor', () => {
  it('lets somebody without one in as far as it takes to set one up', async () => {
    const ann = await aUser(app);
    expect((await require('member')).body.factorRequiredFor).toEqual(['member']);
    await letItBeKnown(ann);
    const closed: [string, string][] = [
      ['GET', '/api/v1/conversations'],
      ['GET', '/api/v1/models'],
      ['GET', '/api/v1/auth/sessions'],
      ['PATCH', '/api/v1/auth/me'],
      ['DELETE', '/api/v1/auth/factors/totp'],
      ['POST', '/api/v1/auth/factors/recovery-codes'],
    ];
    for (const [method, path] of closed)
      expect(await ask(method, path, ann.token)).toMatchObject({
        status: 403,
        body: { code: 'auth.factor_setup_required' },
      });
    expect(await helloOf(ann.token)).toMatchObject({ error: { code: 'auth.factor_setup_required' } });
    expect((await ask('GET', '/api/v1/auth/me', ann.token)).status).toBe(200);
    expect((await ask('GET', '/api/v1/auth/factors', ann.token)).body).toMatchObject({ required: true, totp: null });

    // A new sign-in is let in as far, and no further.
    expect((await ask('GET', '/api/v1/conversations', (await login(app, ann)).body.accessToken)).status).toBe(403);
    await addTotp(app, ann);
    expect((await ask('GET', '/api/v1/conversations', ann.token)).status).toBe(200);
    expect((await ask('GET', '/api/v1/conversations', owner.token)).status).toBe(200);
  });

  it('keeps the last factor of somebody', async () => {
    const ann = await aGuardedUser(app);
    await require('member', 'member', 'viewer');
    expect(await ask('DELETE', '/api/v1/auth/factors/totp', ann.token)).toMatchObject({
      status: 409,
      body: { code: 'factor.last_required' },
    });
    expect((await ask('GET', '/api/v1/auth/factors', ann.token)).body).toMatchObject({ recoveryCodesLeft: 10 });
    expect((await login(app, ann)).body.code).toBe('auth.factor_required');
    await require();
    expect((await ask('DELETE', '/api/v1/auth/factors/totp', ann.token)).status).toBe(204);
  });

  it('is chosen by the owner, among the roles there are', async () => {
    const ann = await aUser(app);
    expect((await ask('PATCH', '/api/v1/admin/settings', ann.token, { factorRequiredFor: [] })).status).toBe(403);
    for (const factorRequiredFor of ['member', ['king'], [null], {}, Array(9).fill('member')])
      expect((await ask('PATCH', '/api/v1/admin/settings', owner.token, { factorRequiredFor })).status).toBe(400);
  });

  const letItBeKnown = async (person: Person): Promise<void> => {
    const deadline = Date.now() + 1500;
    while ((await ask('GET', '/api/v1/conversations', person.token)).status === 200)
      if (Date.now() > deadline) throw new Error('the requirement does not count after a second');
  };
  const helloOf = (token: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`);
      socket.on('open', () => socket.send(JSON.stringify({ id: '1', type: 'hello', token })));
      socket.on('message', (data) => {
        resolve(JSON.parse(String(data)));
        socket.terminate();
      });
      socket.on('error', reject);
    });
});

describe('somebody who has lost their factors', () => {
  const reset = (token: string, { user }: Person) => ask('DELETE', `/api/v1/admin/people/${user.id}/factors`, token);

  it('gets rid of them by the administration; all sessions end, and it is remembered', async () => {
    const ann = await aGuardedUser(app);
    expect((await reset(owner.token, ann)).status).toBe(204);
    expect((await ask('GET', '/api/v1/auth/me', ann.token)).status).toBe(401);
    const back = await login(app, ann);
    expect(back.status).toBe(200);
    expect((await ask('GET', '/api/v1/auth/factors', back.body.accessToken)).body).toMatchObject({
      totp: null,
      passkeys: [],
      recoveryCodesLeft: 0,
    });
    expect(
      await rowsOf(
        app,
        `SELECT actor_email, target_id, address FROM audit WHERE action = 'person.factors_reset' AND target_id = $1`,
        [ann.user.id],
      ),
    ).toEqual([{ actor_email: owner.email, target_id: ann.user.id, address: '127.0.0.1' }]);
    expect(
      await rowsOf(app, `SELECT actor_id FROM audit WHERE action = 'factor.totp_set' AND target_id = $1`, [
        ann.user.id,
      ]),
    ).toEqual([{ actor_id: ann.user.id }]);
  });

  it('is nobody whom one may not touch', async () => {
    const [admin, ann, ben] = [await aUser(app), await aGuardedUser(app), await aUser(app)];
    await sql(app, `UPDATE account SET role = 'admin' WHERE id = $1`, [admin.user.id]);
    const { token } = await app
      .api<AuthResult>('POST', '/api/v1/auth/login', { body: { email: admin.email, password: PASSWORD } })
      .then(({ body }) => ({ token: body.accessToken }));
    expect((await reset(ben.token, ann)).status).toBe(403);
    expect((await reset(token, owner)).status).toBe(403);
    expect((await reset(token, ann)).status).toBe(204);
    expect(
      await ask('DELETE', '/api/v1/admin/people/7d4f5a52-8d3e-4c1b-9a53-0d2f4a1c6b7e/factors', token),
    ).toMatchObject({
      status: 404,
      body: { code: 'account.not_found' },
    });
  });
});
