import { createHmac, randomUUID } from 'node:crypto';
import { type AuthResult, CLOSE, type Problem } from '@chatbox/contracts';
import { aUser, PASSWORD, type Person } from './harness/people.ts';
import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { RawSocket } from './support/raw-socket.ts';

// What auth-access, auth-sessions, auth-accounts, lifecycle and factors do not hold already.

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp();
  await aUser(app);
});
beforeEach(async () => {
  ann = await aUser(app);
});
afterAll(() => app.close());

const login = (email: string, password: unknown) =>
  app.api<AuthResult & Problem>('POST', '/api/v1/auth/login', { body: { email, password } });
const me = (token: string) => app.api<Problem>('GET', '/api/v1/auth/me', { token });

/** A genuine token in everything but what is changed, signed with the right key. */
const resigned = (token: string, change: object): string => {
  const [header = '', payload = ''] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
  const body = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${body}.${createHmac('sha256', app.config.JWT_SECRET).update(body).digest('base64url')}`;
};
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('HARDENING 13: a token', () => {
  it('is one kind of thing: a refresh token opens nothing, an access token refreshes nothing', async () => {
    expect((await me(ann.refreshToken)).status).toBe(401);
    const body = { refreshToken: ann.token.slice(0, 200) };
    expect((await app.api('POST', '/api/v1/auth/refresh', { body })).status).toBe(401);
  });

  it('counts only where it belongs: not in a query, a body or another header', async () => {
    const path = '/api/v1/auth/me';
    for (const name of ['token', 'access_token', 'authorization', 'key'])
      expect((await app.api('GET', `${path}?${name}=${ann.token}`)).status).toBe(401);
    for (const name of ['x-access-token', 'x-auth-token', 'token', 'proxy-authorization'])
      expect((await app.api('GET', path, { headers: { [name]: ann.token } })).status).toBe(401);
    for (const scheme of ['Basic', 'Token', 'JWT', 'Digest'])
      expect((await app.api('GET', path, { headers: { authorization: `${scheme} ${ann.token}` } })).status).toBe(401);
  });

  it('opens nothing with one letter changed, wherever it is', async () => {
    for (let at = 0; at < ann.token.length; at += 7) {
      // The last letter of each part has bits that mean nothing; any other change is a change.
      const letter = ann.token[at] === 'A' ? 'B' : 'A';
      if (ann.token[at] === '.' || ann.token[at + 1] === '.' || at === ann.token.length - 1) continue;
      expect((await me(`${ann.token.slice(0, at)}${letter}${ann.token.slice(at + 1)}`)).status).toBe(401);
    }
  });
});

it('HARDENING 14: a refresh token used again later ends its session, and the socket with it', async () => {
  const socket = await RawSocket.of(app.url, ann.token);
  const refresh = () => app.api('POST', '/api/v1/auth/refresh', { body: { refreshToken: ann.refreshToken } });
  expect((await refresh()).status).toBe(200);
  await sql(app, `UPDATE refresh_token SET used_at = used_at - interval '1 hour' WHERE used_at IS NOT NULL`);
  expect((await refresh()).status).toBe(401);
  expect((await socket.closed).code).toBe(CLOSE.sessionEnded);
  expect((await me(ann.token)).status).toBe(401);
});

it('HARDENING 16: a sign-in is a new session with new tokens, and a given id changes nothing', async () => {
  const { body } = await app.api<AuthResult>('POST', '/api/v1/auth/login', {
    body: { email: ann.email, password: PASSWORD },
    headers: { cookie: `chatbox_access=${ann.token}; session=fixed`, 'x-session-id': 'fixed', origin: app.url },
  });
  const sessionOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).session;
  expect(body.session.id).toBe(sessionOf(body.accessToken));
  expect(body.session.id).not.toBe(sessionOf(ann.token));
  expect(body.refreshToken).not.toBe(ann.refreshToken);
});

describe('HARDENING 18: a password', () => {
  const register = (password: unknown) =>
    app.api<Problem>('POST', '/api/v1/auth/register', { body: { email: `${randomUUID()}@example.org`, password } });

  it.each<[string, unknown]>([
    ['empty', ''],
    ['of seven letters', 'abcdefg'],
    ['with NUL', 'a good pass\u0000word'],
    ['with half a character', 'a good pass\ud800word'],
    ['of a megabyte', 'x'.repeat(1_000_000)],
    ['that is null', null],
    ['that is a number', 12345678],
    ['that is a list', ['a good password']],
    ['that is an object', { $ne: '' }],
  ])('%s is refused, at registration and at sign-in alike, without an error of the server', async (_, password) => {
    expect((await register(password)).status).toBe(400);
    expect([400, 401, 413]).toContain((await login(ann.email, password)).status);
  });

  it('of 64 letters and more counts to its last letter, whatever they are', async () => {
    for (const password of ['x'.repeat(72), 'ü€😀 '.repeat(30), `${' '.repeat(10)}between blanks${' '.repeat(10)}`]) {
      const email = `${randomUUID()}@example.org`;
      expect((await app.api('POST', '/api/v1/auth/register', { body: { email, password } })).status).toBe(201);
      expect((await login(email, password)).status).toBe(200);
      expect((await login(email, password.slice(0, -1))).status).toBe(401);
      expect((await login(email, `${password}x`)).status).toBe(401);
    }
  });
});

it('HARDENING 19: known and unknown accounts are answered alike, in status, body, headers and time', async () => {
  const shape = ({ status, headers, body }: Awaited<ReturnType<typeof login>>) => ({
    status,
    headers: [...headers].map(([name]) => name).sort(),
    body: { ...body, requestId: '' },
  });
  const time = async (email: string) => {
    const began = performance.now();
    const answer = await login(email, 'wrong and long enough');
    return { milliseconds: performance.now() - began, shape: shape(answer) };
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    const { email } = await aUser(app);
    const one = await time(email);
    const other = await time(`${randomUUID()}@example.org`);
    expect(one.shape).toEqual(other.shape);
    known.push(one.milliseconds);
    unknown.push(other.milliseconds);
  }
  const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  expect(Math.abs(median(known) - median(unknown))).toBeLessThan(0.5 * Math.max(median(known), median(unknown)));
});

describe('HARDENING 44: the end of a token', () => {
  it('ends a socket that lives on it, in the second it expires', async () => {
    const token = resigned(ann.token, { exp: inSeconds(2) });
    const socket = await RawSocket.of(app.url, token);
    expect(await socket.ask({ type: 'ping' })).toMatchObject({ ok: true });
    const { code, reason } = await socket.closed;
    expect([code, reason]).toEqual([CLOSE.unauthenticated, 'auth.token_expired']);
    expect((await me(token)).body.code).toBe('auth.token_expired');
  });

  it('is moved by a hello with a new one', async () => {
    const socket = await RawSocket.of(app.url, resigned(ann.token, { exp: inSeconds(2) }));
    await socket.ask({ type: 'hello', token: ann.token });
    const witness = await RawSocket.of(app.url, resigned(ann.token, { exp: inSeconds(3) }));
    await witness.closed;
    expect(await socket.ask({ type: 'ping' })).toMatchObject({ ok: true });
    socket.raw.terminate();
  });
});
