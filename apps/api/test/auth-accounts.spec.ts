import { randomUUID } from 'node:crypto';
import type { AuthResult, CreatedKey, Problem, Setup, User } from '@chatbox/contracts';
import type { ApiAnswer } from './harness/api.ts';
import { aUser, PASSWORD } from './harness/people.ts';
import { sql, whileLocked } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const register = (body: unknown): Promise<ApiAnswer<AuthResult & Problem>> =>
  app.api('POST', '/api/v1/auth/register', { body });
const login = (email: string, password: string): Promise<ApiAnswer<AuthResult & Problem>> =>
  app.api('POST', '/api/v1/auth/login', { body: { email, password } });

describe('the first account', () => {
  it('is one owner, however many register at once', async () => {
    expect((await app.api<Setup>('GET', '/api/v1/setup')).body).toMatchObject({
      needsOwner: true,
      registration: 'open',
    });
    // Nobody can add an account until two have come as far as they can: that is the moment of the race.
    const people = await whileLocked(app, 'LOCK TABLE account IN EXCLUSIVE MODE', 2, () =>
      Promise.all(Array.from({ length: 4 }, () => aUser(app))),
    );
    expect(people.map(({ user }) => user.role).sort()).toEqual(['member', 'member', 'member', 'owner']);
    expect((await app.api<Setup>('GET', '/api/v1/setup')).body.needsOwner).toBe(false);
  });
});

describe('registration', () => {
  it('answers the account, tokens and a session that works at once', async () => {
    const { status, body } = await register({ email: ' Ann@Example.org ', password: PASSWORD, name: 'Ann' });
    expect(status).toBe(201);
    expect(body.user).toMatchObject({ email: 'ann@example.org', name: 'Ann', role: 'member' });
    expect(body.expiresIn).toBe(3600);
    expect(Buffer.from(body.refreshToken, 'base64url')).toHaveLength(64);
    expect(body.session.current).toBe(true);
    const me = await app.api('GET', '/api/v1/auth/me', { token: body.accessToken });
    expect(me).toMatchObject({ status: 200, body: body.user });
  });

  it('refuses an e-mail that has an account, in any case of letters', async () => {
    await register({ email: 'taken@example.org', password: PASSWORD });
    expect(await register({ email: 'TAKEN@example.org', password: PASSWORD })).toMatchObject({
      status: 409,
      body: { code: 'auth.email_taken' },
    });
  });

  it('makes one account of two registrations at once', async () => {
    const both = await Promise.all([1, 2].map(() => register({ email: 'twice@example.org', password: PASSWORD })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it.each(['password1', 'QWERTY123', '12345678', 'common@example.org'])(
    'refuses the common password %s',
    async (password) => {
      expect(await register({ email: 'common@example.org', password })).toMatchObject({
        status: 422,
        body: { code: 'auth.password_common' },
      });
    },
  );

  it.each([
    ['too short', 'seven77'],
    ['empty', ''],
    ['with NUL', `long enough\u0000 really`],
    ['a lone surrogate', 'long enough \ud800'],
    ['a number', 12345678],
    ['null', null],
    ['an object', { length: 20 }],
  ])('refuses a password that is %s', async (_, password) => {
    const { status, body } = await register({ email: `${randomUUID()}@example.org`, password });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'request.invalid' });
    expect(JSON.stringify(body)).not.toContain('long enough');
  });

  it('takes a password of 1024 characters as a whole', async () => {
    const password = `${'x'.repeat(1023)}1`;
    await register({ email: 'long@example.org', password });
    expect((await login('long@example.org', password)).status).toBe(200);
    expect((await login('long@example.org', `${'x'.repeat(1023)}2`)).status).toBe(401);
    expect((await login('long@example.org', password.slice(0, 72))).status).toBe(401);
  });

  it('refuses a password of a megabyte without hashing it', async () => {
    for (const length of [900_000, 2_000_000]) {
      const begun = performance.now();
      const { status } = await register({ email: 'huge@example.org', password: 'x'.repeat(length) });
      expect([400, 413]).toContain(status);
      expect(performance.now() - begun).toBeLessThan(1000);
    }
  });

  it.each(['role', 'id', 'createdAt', '__proto__'])('refuses the field %s', async (field) => {
    const body = `{"email":"mass@example.org","password":"${PASSWORD}","${field}":"owner"}`;
    expect((await register(body)).status).toBe(400);
  });
});

describe('sign-in', () => {
  it('opens a new session each time', async () => {
    const ann = await aUser(app);
    const [one, two] = [await login(ann.email, ann.password), await login(ann.email.toUpperCase(), ann.password)];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(new Set([one.body.session.id, two.body.session.id]).size).toBe(2);
  });

  it('takes the same password from a keyboard that composes and from one that does not', async () => {
    const email = 'keyboard@example.org';
    await register({ email, password: 'caf\u00e9 au lait' });
    expect((await login(email, 'cafe\u0301 au lait')).status).toBe(200);
  });

  it('answers the same for a wrong password and for nobody', async () => {
    const ann = await aUser(app);
    const strip = ({ status, body: { requestId: _, ...body } }: ApiAnswer<Problem>) => ({ status, body });
    const wrong = strip(await login(ann.email, 'not the password'));
    expect(strip(await login('nobody@example.org', 'not the password'))).toEqual(wrong);
    expect(wrong).toMatchObject({ status: 401, body: { code: 'auth.bad_credentials' } });
  });

  it('refuses a suspended account, and only tells who knows the password', async () => {
    const ann = await aUser(app);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [ann.user.id]);
    expect((await login(ann.email, ann.password)).body.code).toBe('auth.suspended');
    expect((await login(ann.email, 'not the password')).body.code).toBe('auth.bad_credentials');
  });

  it.each([
    [{}],
    [[]],
    ['null'],
    [{ email: ['a@example.org'], password: PASSWORD }],
    [{ email: { $ne: '' }, password: true }],
  ])('refuses the body %j', async (body) => {
    expect(await app.api('POST', '/api/v1/auth/login', { body })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });
});

describe('five failed sign-ins', () => {
  const failFiveTimes = async (email: string): Promise<void> => {
    for (let i = 0; i < 5; i++) expect((await login(email, `wrong ${i}`)).status).toBe(401);
  };

  it('close the account for the rest of 15 minutes, whoever knocks', async () => {
    const ann = await aUser(app);
    await failFiveTimes(ann.email);
    const { status, headers, body } = await login(ann.email, ann.password);
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'auth.too_many_attempts' });
    expect(body.retryAfterSeconds).toBeGreaterThan(14 * 60);
    expect(body.retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
    expect(headers.get('retry-after')).toBe(String(body.retryAfterSeconds));
    expect((await login(ann.email.toUpperCase(), ann.password)).status).toBe(429);
    const other = await aUser(app);
    expect((await login(other.email, other.password)).status).toBe(200);
  });

  it('count for an account that does not exist as well', async () => {
    await failFiveTimes('ghost@example.org');
    expect((await login('ghost@example.org', 'wrong')).status).toBe(429);
  });

  it('are forgotten after a success', async () => {
    const ann = await aUser(app);
    for (const password of ['w1', 'w2', 'w3', 'w4', ann.password, 'w5', 'w6', 'w7', 'w8', ann.password])
      expect((await login(ann.email, password)).status).toBe(password === ann.password ? 200 : 401);
  });

  it('are five, also when fifty guesses arrive at once', async () => {
    const ann = await aUser(app);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => login(ann.email, `guess ${i}`)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(45);
  });

  it('do not need the table that records them', async () => {
    const broken = await startTestApp();
    try {
      const ann = await aUser(broken);
      await sql(broken, 'DROP TABLE login_failure');
      const answer = await broken.api('POST', '/api/v1/auth/login', { body: { email: ann.email, password: 'wrong' } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'auth.bad_credentials' } });
    } finally {
      await broken.close();
    }
  });
});

it('lets people change their name and nothing else', async () => {
  const ann = await aUser(app);
  const patch = (body: unknown) => app.api('PATCH', '/api/v1/auth/me', { token: ann.token, body });
  expect(await patch({ name: 'Ann' })).toMatchObject({ status: 200, body: { name: 'Ann' } });
  expect(await patch({})).toMatchObject({ status: 200, body: { name: 'Ann' } });
  expect(await patch({ name: null })).toMatchObject({ status: 200, body: { name: null } });
  expect((await patch({ role: 'owner' })).status).toBe(400);
  expect((await patch({ name: '\u0000' })).status).toBe(400);
});

it('a name that was changed is the new one at once, for all sessions and keys of the person', async () => {
  const ann = await aUser(app);
  const { body: other } = await login(ann.email, PASSWORD);
  const { body: made } = await app.api<CreatedKey>('POST', '/api/v1/keys', {
    token: ann.token,
    body: { name: 'x', scopes: ['chat:read'] },
  });
  const names = async () => {
    const seen: unknown[] = [];
    for (const token of [ann.token, other.accessToken, made.key])
      seen.push((await app.api<User>('GET', '/api/v1/auth/me', { token })).body.name);
    return seen;
  };
  expect(await names()).toEqual([null, null, null]);
  const { body } = await app.api<User>('PATCH', '/api/v1/auth/me', { token: ann.token, body: { name: 'Ann' } });
  expect(body.name).toBe('Ann');
  expect(await names()).toEqual(['Ann', 'Ann', 'Ann']);
});
