import type {
  AuthResult,
  Factors,
  Fresh,
  PasskeyAdded,
  PasskeyCreation,
  PasskeyRequest,
  Problem,
} from '@chatbox/contracts';
import type { ApiAnswer } from './harness/api.ts';
import { Browser } from './harness/browser.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { Authenticator, type Twist } from './support/authenticator.ts';
import { addTotp, challengeOf, finish, letTheProofPass, login, totpCode } from './support/factors.ts';

const ORIGIN = 'https://chat.example.org';
const FRIEND = 'https://friend.example';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ PUBLIC_URL: ORIGIN, CORS_ORIGIN: FRIEND });
  await aUser(app);
});
afterAll(() => app.close());

const aBrowser = (origin = ORIGIN) => new Browser({ api: app.api, url: origin });
const post = <T>(browser: Browser, path: string, body?: unknown, token?: string): Promise<ApiAnswer<T & Problem>> =>
  browser.api('POST', path, { ...(body === undefined ? {} : { body }), ...(token === undefined ? {} : { token }) });

interface Holder extends Person {
  stick: Authenticator;
  added: PasskeyAdded;
}

const register = async (person: Person, stick: Authenticator, twist: Twist = {}) => {
  const page = aBrowser();
  const options = await post<PasskeyCreation>(page, '/api/v1/auth/factors/passkeys/options', undefined, person.token);
  const passkey = stick.create(options.body, ORIGIN, twist);
  return {
    options: options.body,
    answer: await post<PasskeyAdded>(page, '/api/v1/auth/factors/passkeys', { passkey, name: 'Stick' }, person.token),
  };
};

const aHolder = async (): Promise<Holder> => {
  const [person, stick] = [await aUser(app), new Authenticator()];
  const { answer } = await register(person, stick);
  if (answer.status !== 201)
    throw new Error(`The passkey was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { ...person, stick, added: answer.body };
};

const signInOptions = async (page: Browser): Promise<PasskeyRequest> =>
  (await post<PasskeyRequest>(page, '/api/v1/auth/login/passkey/options')).body;
const signIn = async (stick: Authenticator, twist: Twist = {}, page = aBrowser()) =>
  post<AuthResult>(page, '/api/v1/auth/login/passkey', {
    passkey: stick.get(await signInOptions(page), ORIGIN, twist),
  });
const wrong = { status: 401, body: { code: 'auth.factor_wrong' } };

describe('a passkey', () => {
  it('is registered for this address, with the person verified, and recovery codes come with the first', async () => {
    const [ann, stick] = [await aUser(app), new Authenticator()];
    const { options, answer } = await register(ann, stick);
    expect(options).toMatchObject({
      rp: { id: 'chat.example.org' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    expect(options.user.id).not.toContain(ann.email);
    expect(answer).toMatchObject({
      status: 201,
      body: { passkey: { name: 'Stick', usableHere: true, lastUsedAt: null } },
    });
    expect(answer.body.recoveryCodes).toHaveLength(10);
    const second = await register(ann, new Authenticator());
    expect(second.options.excludeCredentials).toHaveLength(1);
    expect(second.answer.body.recoveryCodes).toBeNull();
  });

  it('is listed, renamed and removed by its owner only', async () => {
    const [ann, ben] = [await aHolder(), await aHolder()];
    const path = `/api/v1/auth/factors/passkeys/${ann.added.passkey.id}`;
    expect(await app.api('PATCH', path, { token: ben.token, body: { name: 'Mine' } })).toMatchObject({ status: 404 });
    expect(await app.api('DELETE', path, { token: ben.token })).toMatchObject({
      status: 404,
      body: { code: 'factor.not_found' },
    });
    expect(await app.api('PATCH', path, { token: ann.token, body: { name: 'Drawer' } })).toMatchObject({
      status: 200,
      body: { name: 'Drawer' },
    });
    const factors = () => app.api<Factors>('GET', '/api/v1/auth/factors', { token: ann.token });
    expect((await factors()).body.passkeys).toMatchObject([{ id: ann.added.passkey.id, name: 'Drawer' }]);
    expect((await app.api('DELETE', path, { token: ann.token })).status).toBe(204);
    expect((await factors()).body).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
    expect(await signIn(ann.stick)).toMatchObject(wrong);
    expect((await login(app, ann)).status).toBe(200);
  });

  it.each<[string, Twist]>([
    ['without verifying the person', { verified: false }],
    ['without anybody present', { present: false }],
    ['on another site', { origin: 'https://chat.example.evil' }],
    ['for another site', { rpId: 'evil.example' }],
    ['with another challenge', { challenge: 'AAAA' }],
    ['with the answer of a sign-in', { type: 'webauthn.get' }],
  ])('made %s is refused', async (_, twist) => {
    const { answer } = await register(await aUser(app), new Authenticator(), twist);
    expect(answer).toMatchObject({ status: 422, body: { code: 'factor.passkey_invalid' } });
  });

  it('HARDENING 17: is made with a challenge that is good once, for a while, in its session', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const page = aBrowser();
    const begin = async () =>
      (await post<PasskeyCreation>(page, '/api/v1/auth/factors/passkeys/options', undefined, ann.token)).body;
    const add = (passkey: unknown, { token }: Person) =>
      post<PasskeyAdded>(page, '/api/v1/auth/factors/passkeys', { passkey }, token);
    const refused = { status: 422, body: { code: 'factor.passkey_invalid' } };
    expect(await add(new Authenticator().create(await begin(), ORIGIN), ben)).toMatchObject(refused);
    const late = await begin();
    await sql(app, 'UPDATE passkey_challenge SET expires_at = clock_timestamp()');
    expect(await add(new Authenticator().create(late, ORIGIN), ann)).toMatchObject(refused);
    const options = await begin();
    expect((await add(new Authenticator().create(options, ORIGIN), ann)).status).toBe(201);
    expect(await add(new Authenticator().create(options, ORIGIN), ann)).toMatchObject(refused);
  });

  it('belongs to one account', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const page = aBrowser();
    const stick = new Authenticator();
    const answers = [];
    for (const { token } of [ann, ben]) {
      const { body } = await post<PasskeyCreation>(page, '/api/v1/auth/factors/passkeys/options', undefined, token);
      const made = stick.create(body, ORIGIN);
      const first = stick.credentials[0]?.id ?? Buffer.alloc(0);
      // Another account's authenticator that claims the same id, which is public.
      const attestationObject = Buffer.from(made.response.attestationObject, 'base64url');
      const id = attestationObject.indexOf(Buffer.from(made.id, 'base64url'));
      first.copy(attestationObject, id);
      const claimed = first.toString('base64url');
      const response = { ...made.response, attestationObject: attestationObject.toString('base64url') };
      answers.push(
        await post(
          page,
          '/api/v1/auth/factors/passkeys',
          { passkey: { ...made, id: claimed, rawId: claimed, response } },
          token,
        ),
      );
    }
    expect(answers).toMatchObject([{ status: 201 }, { status: 409, body: { code: 'factor.passkey_taken' } }]);
  });

  it('is for our own pages only', async () => {
    const { token } = await aUser(app);
    const refused = { status: 409, body: { code: 'factor.passkey_address' } };
    for (const path of [
      '/api/v1/auth/factors/passkeys/options',
      '/api/v1/auth/login/passkey/options',
      '/api/v1/auth/fresh/options',
    ]) {
      expect(await app.api('POST', path, { token })).toMatchObject(refused);
      expect(await post(aBrowser(FRIEND), path, undefined, token)).toMatchObject(refused);
      expect(await post(aBrowser(app.url), path, undefined, token)).toMatchObject(refused);
    }
    expect(await post(aBrowser('https://evil.example'), '/api/v1/auth/login/passkey/options')).toMatchObject({
      status: 403,
      body: { code: 'auth.csrf' },
    });
  });
});

describe('a sign-in with a passkey and nothing else', () => {
  it('needs no name and no password, and no second step', async () => {
    const ann = await aHolder();
    const page = aBrowser();
    const options = await signInOptions(page);
    expect(options).toMatchObject({ rpId: 'chat.example.org', userVerification: 'required' });
    expect(options.allowCredentials).toBeUndefined();
    const { status, body } = await signIn(ann.stick, {}, page);
    expect(status).toBe(200);
    expect(body.user.id).toBe(ann.user.id);
    expect(await page.api('GET', '/api/v1/auth/me')).toMatchObject({ status: 200, body: { id: ann.user.id } });
    expect((await signIn(ann.stick)).status).toBe(200);
  });

  it.each<[string, Twist]>([
    ['without verifying the person', { verified: false }],
    ['without anybody present', { present: false }],
    ['on another site', { origin: 'https://chat.example.evil' }],
    ['on our host without TLS', { origin: 'http://chat.example.org' }],
    ['for another site', { rpId: 'evil.example' }],
    ['with another challenge', { challenge: 'AAAA' }],
    ['with the answer of a registration', { type: 'webauthn.create' }],
    ['with a counter that stands still', { counter: 0 }],
    ['with the name of somebody else', { userHandle: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['with no name', { userHandle: null }],
    ['with another signature', { signature: Buffer.from('3006020101020101', 'hex') }],
    ['with no signature', { signature: Buffer.from('x') }],
  ])('%s is refused', async (_, twist) => {
    const ann = await aHolder();
    expect((await signIn(ann.stick)).status).toBe(200);
    expect(await signIn(ann.stick, twist)).toMatchObject(wrong);
    expect((await signIn(ann.stick)).status).toBe(200);
  });

  it('of a passkey nobody has registered is answered alike', async () => {
    const stick = new Authenticator();
    const { token } = await aUser(app);
    const { body } = await post<PasskeyCreation>(aBrowser(), '/api/v1/auth/factors/passkeys/options', undefined, token);
    stick.create(body, ORIGIN);
    expect(await signIn(stick)).toMatchObject(wrong);
  });

  it('HARDENING 17: is good once, for a while, in the browser that began it', async () => {
    const ann = await aHolder();
    const [page, other] = [aBrowser(), aBrowser()];
    await signInOptions(other);
    const send = (passkey: unknown, from: Browser) => post<AuthResult>(from, '/api/v1/auth/login/passkey', { passkey });
    expect(await send(ann.stick.get(await signInOptions(page), ORIGIN), other)).toMatchObject(wrong);
    expect(await send(ann.stick.get(await signInOptions(page), ORIGIN), aBrowser())).toMatchObject(wrong);
    const late = await signInOptions(page);
    await sql(app, 'UPDATE passkey_challenge SET expires_at = clock_timestamp()');
    expect(await send(ann.stick.get(late, ORIGIN), page)).toMatchObject(wrong);
    const passkey = ann.stick.get(await signInOptions(page), ORIGIN);
    const answers = await Promise.all([1, 2, 3].map(() => send(passkey, page)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it('two tabs of a browser do not disturb each other', async () => {
    const ann = await aHolder();
    const page = aBrowser();
    const [first, second] = [await signInOptions(page), await signInOptions(page)];
    for (const options of [second, first])
      expect((await post(page, '/api/v1/auth/login/passkey', { passkey: ann.stick.get(options, ORIGIN) })).status).toBe(
        200,
      );
  });

  it('lets nobody in who is suspended', async () => {
    const ann = await aHolder();
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [ann.user.id]);
    expect(await signIn(ann.stick)).toMatchObject({ status: 403, body: { code: 'auth.suspended' } });
  });
});

describe('a passkey as the second factor', () => {
  const options = (challenge: string) =>
    post<PasskeyRequest>(aBrowser(), '/api/v1/auth/login/factor/options', { challenge });
  const send = (challenge: string, passkey: unknown) =>
    post<AuthResult>(aBrowser(), '/api/v1/auth/login/factor', { challenge, passkey });

  it('finishes a sign-in, once', async () => {
    const ann = await aHolder();
    const first = await post<AuthResult>(aBrowser(), '/api/v1/auth/login', {
      email: ann.email,
      password: ann.password,
    });
    expect(first.body).toMatchObject({ code: 'auth.factor_required', kinds: ['passkey', 'recoveryCode'] });
    const challenge = first.body.challenge ?? '';
    const asked = await options(challenge);
    expect(asked.body.allowCredentials).toHaveLength(1);
    const passkey = ann.stick.get(asked.body, ORIGIN, { userHandle: null });
    expect((await send(challenge, passkey)).status).toBe(200);
    expect(await send(challenge, passkey)).toMatchObject({ status: 401, body: { code: 'auth.challenge_invalid' } });
    expect(await options(challenge)).toMatchObject({ status: 401, body: { code: 'auth.challenge_invalid' } });
  });

  it("is not somebody else's, nor one that answered another question", async () => {
    const [ann, ben] = [await aHolder(), await aHolder()];
    const challenge = await challengeOf(app, ann);
    const asked = (await options(challenge)).body;
    const { allowCredentials: _, ...anyOf } = asked;
    expect(await send(challenge, ben.stick.get(anyOf, ORIGIN))).toMatchObject(wrong);
    expect(await send(challenge, ann.stick.get(await signInOptions(aBrowser()), ORIGIN))).toMatchObject(wrong);
    expect(
      await send(challenge, ann.stick.get((await options(await challengeOf(app, ann))).body, ORIGIN)),
    ).toMatchObject(wrong);
    expect((await send(challenge, ann.stick.get((await options(challenge)).body, ORIGIN))).status).toBe(200);
  });

  it('is offered where it can be used, and a code does as well', async () => {
    const ann = await aHolder();
    await sql(app, `UPDATE passkey SET rp_id = 'old.example.org' WHERE account_id = $1`, [ann.user.id]);
    expect((await login(app, ann)).body.kinds).toEqual(['recoveryCode']);
    const guarded = await addTotp(app, ann);
    expect((await login(app, ann)).body.kinds).toEqual(['totp', 'recoveryCode']);
    expect((await finish(app, { challenge: await challengeOf(app, ann), totp: totpCode(guarded.secret) })).status).toBe(
      200,
    );
  });
});

describe('HARDENING 21: a fresh proof by passkey', () => {
  it('counts in the session that asked for it', async () => {
    const ann = await aHolder();
    const page = aBrowser();
    const other = (await signIn(ann.stick)).body;
    await letTheProofPass(app, ann);
    const options = async () =>
      (await post<PasskeyRequest>(page, '/api/v1/auth/fresh/options', undefined, ann.token)).body;
    const prove = async (token: string, passkey: unknown) =>
      post<Fresh>(page, '/api/v1/auth/fresh', { passkey }, token);
    expect(await prove(other.accessToken, ann.stick.get(await options(), ORIGIN))).toMatchObject(wrong);
    expect(await prove(ann.token, ann.stick.get(await options(), ORIGIN, { verified: false }))).toMatchObject(wrong);
    expect((await prove(ann.token, ann.stick.get(await options(), ORIGIN))).status).toBe(200);
    expect((await register(ann, new Authenticator())).answer.status).toBe(201);
    // Changing a factor ends the other sessions.
    expect((await app.api('GET', '/api/v1/auth/me', { token: other.accessToken })).status).toBe(401);
  });
});

it('keeps public keys only, and no challenge that was answered', async () => {
  await sql(app, 'DELETE FROM passkey_challenge');
  const ann = await aHolder();
  expect((await signIn(ann.stick)).status).toBe(200);
  expect(await rowsOf(app, 'SELECT * FROM passkey_challenge')).toEqual([]);
  expect(await rowsOf(app, 'SELECT counter::int FROM passkey WHERE account_id = $1', [ann.user.id])).toEqual([
    { counter: 1 },
  ]);
});

describe('without PUBLIC_URL', () => {
  it('passkeys belong to the name that people ask for', async () => {
    const plain = await startTestApp();
    try {
      const ann = await aUser(plain);
      const headers = {
        origin: 'https://team.example',
        'x-forwarded-host': 'team.example',
        'x-forwarded-proto': 'https',
      };
      const begin = (more: Record<string, string>) =>
        plain.api<PasskeyCreation>('POST', '/api/v1/auth/factors/passkeys/options', {
          token: ann.token,
          headers: { ...headers, ...more },
        });
      expect((await begin({})).body.rp).toMatchObject({ id: 'team.example' });
      expect((await begin({ 'x-forwarded-host': 'other.example' })).status).toBe(409);
      expect((await begin({ 'sec-fetch-site': 'cross-site' })).status).toBe(409);
    } finally {
      await plain.close();
    }
  });
});
