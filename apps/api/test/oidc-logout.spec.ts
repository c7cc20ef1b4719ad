import { CLOSE, type Problem, type ProviderLogout } from '@chatbox/contracts';
import { generateKeyPair } from 'jose';
import { aUser, PASSWORD } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aGuardedUser, finish, totpCode } from './support/factors.ts';
import { leaveProvider, me, OidcScene, SERVICE, signIn, start } from './support/oidc-scene.ts';
import { RawSocket } from './support/raw-socket.ts';
import { CLIENT, type SignInProvider } from './support/sign-in-provider.ts';
import type { Surfer } from './support/surfer.ts';

let scene: OidcScene;
let provider: SignInProvider;
let app: TestApp;
let replica: TestApp;
beforeAll(async () => {
  scene = await OidcScene.open();
  ({ provider, app, replica } = scene);
  await aUser(app);
});
afterAll(() => scene.close());

const tokenOf = (surfer: Surfer): string => surfer.cookiesOf(SERVICE).get('chatbox_access') ?? '';
const isIn = async (token: string, at: TestApp = app): Promise<boolean> =>
  (await at.api('GET', '/api/v1/auth/me', { token })).status === 200;
/** Nobody is believed for longer than a second. */
const out = async (token: string, at: TestApp): Promise<boolean> => {
  const deadline = performance.now() + 1500;
  while (performance.now() < deadline) if (!(await isIn(token, at))) return true;
  return false;
};
const says = (logoutToken: string, at: TestApp = app) =>
  at.api<Problem>('POST', '/api/v1/auth/oidc/backchannel-logout', {
    body: new URLSearchParams({ logout_token: logoutToken }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
const aSessionOf = async (id: string): Promise<string> => {
  const surfer = scene.aSurfer();
  await signIn(surfer, id);
  return tokenOf(surfer);
};

describe('a logout here', () => {
  it('ends the session and leads to the provider, which signs out and sends the person back', async () => {
    const surfer = scene.aSurfer();
    const id = scene.aPerson();
    await signIn(surfer, id);
    const { text } = await surfer.ask(`${SERVICE}/api/v1/auth/oidc/logout`, undefined, {});
    const { url } = JSON.parse(text) as ProviderLogout;
    expect((await me(surfer)).code).toBe('auth.required');
    expect(surfer.cookiesOf(SERVICE).size).toBe(0);
    expect((await leaveProvider(surfer, url ?? ''))?.href).toBe(`${SERVICE}/login`);
    // The provider has forgotten the person: it asks who it is.
    expect((await surfer.go(await start(surfer))).text).toContain('name="login"');
  });

  it('leads nowhere for who came by password', async () => {
    const ann = await aUser(app);
    expect(await app.api('POST', '/api/v1/auth/oidc/logout', { token: ann.token })).toMatchObject({
      status: 200,
      body: { url: null },
    });
    expect(await isIn(ann.token)).toBe(false);
  });
});

describe('a logout at the provider (OpenID Connect Back-Channel Logout 1.0)', () => {
  it('ends what began there: sessions, refresh tokens and open sockets, on all replicas, and nothing else', async () => {
    const id = scene.aPerson();
    const surfer = scene.aSurfer();
    await signIn(surfer, id);
    const [token, elsewhere] = [tokenOf(surfer), await aSessionOf(id)];
    expect([await isIn(token, replica), await isIn(elsewhere)]).toEqual([true, true]);
    const socket = await RawSocket.of(replica.url, token);
    await leaveProvider(surfer, `${provider.issuer}/session/end`);
    expect((await socket.closed).code).toBe(CLOSE.sessionEnded);
    expect([await isIn(token), await out(token, replica)]).toEqual([false, true]);
    const refresh = surfer.cookiesOf(SERVICE).get('chatbox_refresh');
    expect((await app.api('POST', '/api/v1/auth/refresh', { body: { refreshToken: refresh } })).status).toBe(401);
    // Another browser has another session at the provider.
    expect(await isIn(elsewhere)).toBe(true);
    const [session] = await rowsOf(
      app,
      `SELECT s.end_reason, a.action, a.details->>'reason' AS reason, a.actor_id FROM session s JOIN account p ON p.id = s.account_id
       JOIN audit a ON a.target_id = s.id::text AND a.action = 'session.ended' WHERE p.email = $1`,
      [`${id}@example.org`],
    );
    expect(session).toEqual({
      end_reason: 'ended_by_provider',
      action: 'session.ended',
      reason: 'ended_by_provider',
      actor_id: null,
    });
  });

  it('of a person ends all that they began there, also by a second factor here, and leaves what a password began', async () => {
    const ann = await aGuardedUser(app);
    await sql(app, 'UPDATE account SET email_verified_at = clock_timestamp() WHERE id = $1', [ann.user.id]);
    const id = scene.aPerson({ email: ann.email });
    const page = new URL(await signIn(scene.aSurfer(), id));
    const challenge = new URLSearchParams(page.hash.slice(1)).get('challenge');
    const { body } = await finish(app, { challenge, totp: totpCode(ann.secret) });
    expect(await isIn(body.accessToken)).toBe(true);
    const stranger = await aSessionOf(scene.aPerson());
    expect((await says(await provider.logoutToken({ sub: id }), replica)).status).toBe(200);
    expect(await out(body.accessToken, app)).toBe(true);
    expect([await isIn(ann.token), await isIn(stranger)]).toEqual([true, true]);
  });

  it('that names a session it never had is as good as done', async () => {
    expect((await says(await provider.logoutToken({ sid: 'nobody here' }))).status).toBe(200);
  });

  it('counts once: a token that comes back is refused, on whichever replica', async () => {
    const id = scene.aPerson();
    const first = await aSessionOf(id);
    const token = await provider.logoutToken({ sub: id });
    const answers = await Promise.all([says(token), says(token, replica), says(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(await out(first, app)).toBe(true);
    const again = await aSessionOf(id);
    expect(await says(token, replica)).toMatchObject({ status: 400, body: { code: 'oidc.logout_invalid' } });
    expect(await isIn(again)).toBe(true);
  });

  it('is refused where the token is not what it should be, and ends nobody', async () => {
    const id = scene.aPerson();
    const session = await aSessionOf(id);
    const stranger = (await generateKeyPair('RS256')).privateKey;
    const now = Math.floor(Date.now() / 1000);
    const event = 'http://schemas.openid.net/event/backchannel-logout';
    const secret = new TextEncoder().encode(CLIENT.secret);
    const good = await provider.logoutToken({ sub: id });
    const [header = '', payload = ''] = good.split('.');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'logout+jwt' })).toString('base64url');
    const wrong: [string, string][] = [
      ['signed by somebody else', await provider.logoutToken({ sub: id }, {}, stranger)],
      ['signed with the secret that both know', await provider.logoutToken({ sub: id }, { alg: 'HS256' }, secret)],
      ['signed with an unknown key', await provider.logoutToken({ sub: id }, { kid: 'another' })],
      ['not signed', `${unsigned}.${payload}.`],
      ['with its signature cut off', `${header}.${payload}.`],
      ['of another kind', await provider.logoutToken({ sub: id }, { typ: 'at+jwt' })],
      ['of another issuer', await provider.logoutToken({ sub: id, iss: 'https://evil.example.org' })],
      ['for another service', await provider.logoutToken({ sub: id, aud: 'another' })],
      ['that has ended', await provider.logoutToken({ sub: id, iat: now - 300, exp: now - 200 })],
      ['that is old', await provider.logoutToken({ sub: id, iat: now - 3600, exp: now + 3600 })],
      ['without an end', await provider.logoutToken({ sub: id, exp: undefined })],
      ['without its time', await provider.logoutToken({ sub: id, iat: undefined })],
      ['without a name of its own', await provider.logoutToken({ sub: id, jti: undefined })],
      ['with a nonce, as ID tokens have', await provider.logoutToken({ sub: id, nonce: 'x' })],
      ['without the event', await provider.logoutToken({ sub: id, events: {} })],
      ['with the event as a text', await provider.logoutToken({ sub: id, events: { [event]: 'x' } })],
      ['about nobody', await provider.logoutToken({})],
      ['that is none', 'x'],
      ['that is empty', ''],
    ];
    for (const [what, token] of wrong) {
      const { status, body } = await says(token);
      expect({ what, status, code: body.code }).toEqual({ what, status: 400, code: 'oidc.logout_invalid' });
    }
    const withoutToken = await app.api<Problem>('POST', '/api/v1/auth/oidc/backchannel-logout', { body: {} });
    expect([withoutToken.status, withoutToken.body.code]).toEqual([400, 'request.invalid']);
    expect(await isIn(session)).toBe(true);
    // What was refused is not used up.
    expect((await says(good)).status).toBe(200);
    expect(await out(session, app)).toBe(true);
  });

  it('is refused to a page of another site, and a form is taken nowhere else', async () => {
    const form = 'application/x-www-form-urlencoded';
    const foreign = await app.api<Problem>('POST', '/api/v1/auth/oidc/backchannel-logout', {
      body: 'logout_token=x',
      headers: { 'content-type': form, origin: 'https://evil.example.org', 'sec-fetch-site': 'cross-site' },
    });
    expect([foreign.status, foreign.body.code]).toEqual([403, 'auth.csrf']);
    const login = await app.api<Problem>('POST', '/api/v1/auth/login', {
      body: new URLSearchParams({ email: 'ann@example.org', password: PASSWORD }).toString(),
      headers: { 'content-type': form },
    });
    expect([login.status, login.body.code]).toEqual([415, 'request.unsupported_media_type']);
  });

  it('is nothing where there is no provider', async () => {
    const plain = await startTestApp();
    try {
      expect(await says('x', plain)).toMatchObject({ status: 404, body: { code: 'oidc.not_configured' } });
    } finally {
      await plain.close();
    }
  });
});
