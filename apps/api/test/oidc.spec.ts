import type { AccountState, GoTo, Setup } from '@chatbox/contracts';
import { aUser, PASSWORD } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { addTotp, aGuardedUser, finish, totpCode } from './support/factors.ts';
import { atProvider, CALLBACK, me, OidcScene, SERVICE, signIn, start } from './support/oidc-scene.ts';
import { CLIENT, type PersonThere, type SignInProvider } from './support/sign-in-provider.ts';

let scene: OidcScene;
let provider: SignInProvider;
let app: TestApp;
let replica: TestApp;
let owner: Awaited<ReturnType<typeof aUser>>;
beforeAll(async () => {
  scene = await OidcScene.open({ OIDC_ROLE_CLAIM: 'groups', OIDC_ROLE_MAP: 'chat-admins=admin,guests=viewer' });
  ({ provider, app, replica } = scene);
  owner = await aUser(app);
});
afterAll(() => scene.close());

const aSurfer = () => scene.aSurfer();
const aPerson = (there?: PersonThere) => scene.aPerson(there);
const failed = (code: string) => `${SERVICE}/login?error=${code}`;

describe('a sign-in through the provider', () => {
  it('is offered by name', async () => {
    expect((await app.api<Setup>('GET', '/api/v1/setup')).body.signIn).toEqual([
      { kind: 'password' },
      { kind: 'oidc', name: 'Example Ltd' },
    ]);
  });

  it('opens an account at the first time, finds it again later, and leads where the person wanted to go', async () => {
    const id = aPerson();
    const surfer = aSurfer();
    expect(await signIn(surfer, id, { next: '/c/42?x=1' })).toBe(`${SERVICE}/c/42?x=1`);
    const first = await me(surfer);
    expect(first).toMatchObject({ email: `${id}@example.org`, name: 'Ann Person', role: 'member' });
    expect([...surfer.cookiesOf(SERVICE).keys()].sort()).toEqual(['chatbox_access', 'chatbox_refresh']);
    const again = aSurfer();
    expect(await signIn(again, id)).toBe(`${SERVICE}/`);
    expect((await me(again)).id).toBe(first.id);
    // The provider's subject is the person, whatever their address becomes.
    provider.people.set(id, { ...provider.people.get(id), email: `moved-${id}@example.org` });
    const moved = aSurfer();
    await signIn(moved, id);
    expect((await me(moved)).id).toBe(first.id);
  });

  it('asks with PKCE, state and nonce, and sends nothing secret along', async () => {
    const url = new URL(await start(aSurfer()));
    const asked = Object.fromEntries(url.searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: CALLBACK,
      scope: 'openid email profile',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]?.length).toBeGreaterThanOrEqual(43);
    expect(url.href).not.toContain(encodeURIComponent(CLIENT.secret));
  });

  it('is finished by whichever replica the browser comes back to', async () => {
    const id = aPerson();
    const surfer = aSurfer();
    const back = await atProvider(surfer, await start(surfer), id);
    const cookie = [...surfer.cookiesOf(SERVICE)].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await replica.api('GET', back.pathname + back.search, { headers: { cookie } });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${SERVICE}/`]);
    expect(answer.headers.getSetCookie().join()).toContain('chatbox_access');
  });

  it('HARDENING 20: does not count in another browser, and is still good in its own', async () => {
    const surfer = aSurfer();
    const back = await atProvider(surfer, await start(surfer), aPerson());
    const other = aSurfer();
    expect((await other.ask(back)).location?.href).toBe(failed('oidc.failed'));
    expect((await me(other)).code).toBe('auth.required');
    // Nor with a cookie of the right name that somebody planted.
    const [name = ''] = surfer.cookiesOf(SERVICE).keys();
    other.cookiesOf(SERVICE).set(name, 'x'.repeat(43));
    expect((await other.ask(back)).location?.href).toBe(failed('oidc.failed'));
    expect((await surfer.ask(back)).location?.href).toBe(`${SERVICE}/`);
  });

  it('HARDENING 20: with another state, without one, or a second time is refused', async () => {
    const surfer = aSurfer();
    const back = await atProvider(surfer, await start(surfer), aPerson());
    for (const state of ['x'.repeat(43), '', null]) {
      const wrong = new URL(back);
      if (state === null) wrong.searchParams.delete('state');
      else wrong.searchParams.set('state', state);
      expect((await surfer.ask(wrong)).location?.href).toBe(failed('oidc.failed'));
    }
    const cookies = [...surfer.cookiesOf(SERVICE)].map(([name, value]) => `${name}=${value}`).join('; ');
    const callback = () => app.api('GET', back.pathname + back.search, { headers: { cookie: cookies } });
    const locations = (await Promise.all([callback(), callback()])).map(({ headers }) => headers.get('location'));
    expect(locations.sort()).toEqual([`${SERVICE}/`, failed('oidc.failed')].sort());
    expect((await callback()).headers.get('location')).toBe(failed('oidc.failed'));
  });

  it('HARDENING 20: a code of another sign-in does not pass for this one', async () => {
    const [thief, victim] = [aSurfer(), aSurfer()];
    const stolen = await atProvider(victim, await start(victim), aPerson());
    const own = await atProvider(thief, await start(thief), aPerson());
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await thief.ask(own)).location?.href).toBe(failed('oidc.failed'));
    expect((await me(thief)).code).toBe('auth.required');
  });

  it('HARDENING 20: an answer of another issuer, or of none, is refused', async () => {
    for (const issuer of ['https://evil.example.org', null]) {
      const surfer = aSurfer();
      const back = await atProvider(surfer, await start(surfer), aPerson());
      if (issuer === null) back.searchParams.delete('iss');
      else back.searchParams.set('iss', issuer);
      expect((await surfer.ask(back)).location?.href).toBe(failed('oidc.failed'));
    }
  });

  it('that the person broke off at the provider says so', async () => {
    const surfer = aSurfer();
    const state = new URL(await start(surfer)).searchParams.get('state') ?? '';
    const back = `${CALLBACK}?error=access_denied&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    expect((await surfer.ask(back)).location?.href).toBe(failed('oidc.denied'));
  });

  it('HARDENING 20: leads only to our own pages, and to our own host whatever the request says', async () => {
    for (const next of [
      'https://evil.example.org',
      '//evil.example.org',
      '/\\evil.example.org',
      '/\t/evil.example.org',
      'evil',
      '',
    ]) {
      const { status } = await app.api('POST', '/api/v1/auth/oidc/start', { body: { next } });
      expect({ next, status }).toEqual({ next, status: 400 });
    }
    const headers = {
      'x-forwarded-host': 'evil.example.org',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example.org',
    };
    const { body } = await app.api<GoTo>('POST', '/api/v1/auth/oidc/start', { body: {}, headers });
    expect(new URL(body.url).searchParams.get('redirect_uri')).toBe(CALLBACK);
    const callback = await app.api('GET', '/api/v1/auth/oidc/callback?state=x', { headers });
    expect(callback.headers.get('location')).toBe(failed('oidc.failed'));
  });

  it('keeps its secrets sealed while it is under way', async () => {
    const surfer = aSurfer();
    const url = new URL(await start(surfer));
    const [token] = [...surfer.cookiesOf(SERVICE).values()];
    const rows = JSON.stringify(await rowsOf(app, 'SELECT l::text AS row FROM oidc_login l'));
    for (const secret of [url.searchParams.get('state'), url.searchParams.get('nonce'), token])
      expect(rows).not.toContain(secret);
  });

  it('that took too long is refused', async () => {
    const surfer = aSurfer();
    const back = await atProvider(surfer, await start(surfer), aPerson());
    await sql(app, 'UPDATE oidc_login SET expires_at = clock_timestamp()');
    expect((await surfer.ask(back)).location?.href).toBe(failed('oidc.failed'));
  });

  it('of a suspended person ends at the door', async () => {
    const id = aPerson();
    const surfer = aSurfer();
    await signIn(surfer, id);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE email = $1`, [`${id}@example.org`]);
    expect(await signIn(aSurfer(), id)).toBe(failed('auth.suspended'));
  });
});

describe('who has an account here already', () => {
  it('is recognised by an address that both sides have verified', async () => {
    const ann = await aUser(app);
    await sql(app, 'UPDATE account SET email_verified_at = clock_timestamp() WHERE id = $1', [ann.user.id]);
    const surfer = aSurfer();
    expect(await signIn(surfer, aPerson({ email: ann.email.toUpperCase() }))).toBe(`${SERVICE}/`);
    expect((await me(surfer)).id).toBe(ann.user.id);
  });

  it('HARDENING 20: is not given away to an address that the provider has not verified', async () => {
    const ann = await aUser(app);
    await sql(app, 'UPDATE account SET email_verified_at = clock_timestamp() WHERE id = $1', [ann.user.id]);
    for (const there of [{ email_verified: false }, { email_verified: undefined }]) {
      const surfer = aSurfer();
      expect(await signIn(surfer, aPerson({ email: ann.email, ...there }))).toBe(failed('oidc.email_unverified'));
      expect((await me(surfer)).code).toBe('auth.required');
    }
    expect(await signIn(aSurfer(), aPerson({ email: undefined }))).toBe(failed('oidc.email_unverified'));
  });

  it('HARDENING 20: is not given away to somebody who registered with that address first', async () => {
    const squatter = await aUser(app);
    expect(await signIn(aSurfer(), aPerson({ email: squatter.email }))).toBe(failed('oidc.link_first'));
  });

  it('connects it from the settings, signs in by it, and takes the connection away', async () => {
    const ann = await aUser(app);
    const surfer = aSurfer();
    await surfer.ask(`${SERVICE}/api/v1/auth/login`, undefined, { email: ann.email, password: PASSWORD });
    const id = aPerson();
    const back = await atProvider(surfer, await start(surfer, {}, 'link'), id);
    expect((await surfer.ask(back)).location?.href).toBe(`${SERVICE}/settings`);
    const other = aSurfer();
    await signIn(other, id);
    expect((await me(other)).id).toBe(ann.user.id);
    const state = await app.api<AccountState>('GET', '/api/v1/auth/account', { token: ann.token });
    expect(state.body.identities).toMatchObject([{ issuer: provider.issuer, email: `${id}@example.org` }]);
    const path = `/api/v1/auth/oidc/identities/${state.body.identities[0]?.id}`;
    expect((await app.api('DELETE', path, { token: owner.token })).status).toBe(404);
    expect((await app.api('DELETE', path, { token: ann.token })).status).toBe(204);
    await signIn(aSurfer(), id);
    expect(
      (await rowsOf(app, 'SELECT account_id FROM external_identity WHERE subject = $1', [id]))[0]?.account_id,
    ).not.toBe(ann.user.id);
  });

  it('does not connect one that is somebody else’s, nor for a session that has ended', async () => {
    const id = aPerson();
    await signIn(aSurfer(), id);
    const ann = await aUser(app);
    const surfer = aSurfer();
    await surfer.ask(`${SERVICE}/api/v1/auth/login`, undefined, { email: ann.email, password: PASSWORD });
    const taken = await atProvider(surfer, await start(surfer, {}, 'link'), id);
    expect((await surfer.ask(taken)).location?.href).toBe(failed('oidc.already_linked'));
    const late = await atProvider(surfer, await start(surfer, {}, 'link'), aPerson());
    await sql(app, 'UPDATE session SET ended_at = clock_timestamp() WHERE account_id = $1', [ann.user.id]);
    expect((await surfer.ask(late)).location?.href).toBe(failed('oidc.failed'));
  });

  it('with a second factor here is asked for it too; what the page goes on with stays out of every log', async () => {
    const ann = await aGuardedUser(app);
    await sql(app, 'UPDATE account SET email_verified_at = clock_timestamp() WHERE id = $1', [ann.user.id]);
    const surfer = aSurfer();
    const page = new URL(await signIn(surfer, aPerson({ email: ann.email })));
    expect(page.origin + page.pathname + page.search).toBe(failed('auth.factor_required'));
    expect((await me(surfer)).code).toBe('auth.required');
    const { challenge, kinds } = Object.fromEntries(new URLSearchParams(page.hash.slice(1)));
    expect(kinds).toContain('totp');
    expect(await finish(app, { challenge, totp: totpCode(ann.secret) })).toMatchObject({
      status: 200,
      body: { user: { id: ann.user.id } },
    });
  });

  it('and no password gets in by the second step as well', async () => {
    const id = aPerson();
    const surfer = aSurfer();
    await signIn(surfer, id);
    const token = surfer.cookiesOf(SERVICE).get('chatbox_access') ?? '';
    const ann = await addTotp(app, { user: await me(surfer), email: '', password: '', token, refreshToken: '' });
    const page = new URL(await signIn(aSurfer(), id));
    const challenge = new URLSearchParams(page.hash.slice(1)).get('challenge');
    expect((await finish(app, { challenge, totp: totpCode(ann.secret) })).status).toBe(200);
  });

  it('cannot take away the only way in', async () => {
    const surfer = aSurfer();
    await signIn(surfer, aPerson());
    const { text } = await surfer.ask(`${SERVICE}/api/v1/auth/account`);
    const { identities, hasPassword } = JSON.parse(text) as AccountState;
    expect(hasPassword).toBe(false);
    const cookie = [...surfer.cookiesOf(SERVICE)].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, origin: SERVICE, 'sec-fetch-site': 'same-origin' };
    const path = `/api/v1/auth/oidc/identities/${identities[0]?.id}`;
    expect(await app.api('DELETE', path, { headers })).toMatchObject({
      status: 409,
      body: { code: 'oidc.only_way_in' },
    });
  });
});

describe('registration', () => {
  const mode = (registration: string) =>
    app.api('PATCH', '/api/v1/admin/settings', { token: owner.token, body: { registration } });
  afterEach(() => mode('open'));

  it.each([
    ['closed', 'auth.registration_closed'],
    ['invitation', 'auth.invitation_required'],
  ])(
    'that is by "%s" holds for newcomers from the provider too, and not for those who are in',
    async (registration, code) => {
      const known = aPerson();
      await signIn(aSurfer(), known);
      await mode(registration);
      const newcomer = aPerson();
      expect(await signIn(aSurfer(), newcomer)).toBe(failed(code));
      expect(await rowsOf(app, 'SELECT FROM account WHERE email = $1', [`${newcomer}@example.org`])).toEqual([]);
      expect(await signIn(aSurfer(), known)).toBe(`${SERVICE}/`);
    },
  );

  it('by approval leaves a newcomer waiting, and lets them in afterwards', async () => {
    await mode('approval');
    const id = aPerson();
    expect(await signIn(aSurfer(), id)).toBe(failed('auth.approval_pending'));
    expect(await signIn(aSurfer(), id)).toBe(failed('auth.approval_pending'));
    await sql(app, `UPDATE account SET status = 'active' WHERE email = $1`, [`${id}@example.org`]);
    expect(await signIn(aSurfer(), id)).toBe(`${SERVICE}/`);
  });

  it('by invitation lets in who brings one', async () => {
    await mode('invitation');
    const { body } = await app.api<{ token: string }>('POST', '/api/v1/admin/invitations', {
      token: owner.token,
      body: { role: 'viewer' },
    });
    const surfer = aSurfer();
    expect(await signIn(surfer, aPerson({ groups: [] }), { invitation: body.token })).toBe(`${SERVICE}/`);
    expect((await me(surfer)).role).toBe('viewer');
  });
});

describe('roles', () => {
  it('follow the groups at the provider, at each sign-in', async () => {
    const id = aPerson({ groups: ['guests', 'chat-admins', 'others'] });
    const role = async () => {
      const surfer = aSurfer();
      await signIn(surfer, id);
      return (await me(surfer)).role;
    };
    expect(await role()).toBe('admin');
    provider.people.set(id, { ...provider.people.get(id), groups: ['others'] });
    expect(await role()).toBe('member');
    provider.people.set(id, { ...provider.people.get(id), groups: ['guests'] });
    expect(await role()).toBe('viewer');
  });

  it('HARDENING 12: never make or unmake an owner', async () => {
    await sql(app, 'UPDATE account SET email_verified_at = clock_timestamp() WHERE id = $1', [owner.user.id]);
    const surfer = aSurfer();
    await signIn(surfer, aPerson({ email: owner.email, groups: ['guests'] }));
    expect(await me(surfer)).toMatchObject({ id: owner.user.id, role: 'owner' });
    const other = aSurfer();
    await signIn(other, aPerson({ groups: ['owner', 'owners'] }));
    expect((await me(other)).role).toBe('member');
  });
});

describe('without a provider', () => {
  it('there is nothing to begin, and nothing to come back to', async () => {
    const plain = await startTestApp();
    try {
      expect(await plain.api('POST', '/api/v1/auth/oidc/start', { body: {} })).toMatchObject({
        status: 404,
        body: { code: 'oidc.not_configured' },
      });
      expect((await plain.api('GET', '/api/v1/auth/oidc/callback?state=x&code=y')).status).toBe(404);
    } finally {
      await plain.close();
    }
  });

  it('that answers, a person is told so', async () => {
    const away = await startTestApp({ PUBLIC_URL: SERVICE, OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'x' });
    try {
      expect(await away.api('POST', '/api/v1/auth/oidc/start', { body: {} })).toMatchObject({
        status: 502,
        body: { code: 'oidc.unavailable' },
      });
    } finally {
      await away.close();
    }
  });
});
