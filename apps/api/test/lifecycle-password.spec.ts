import type { AccountState, AuthResult, Problem, ResetLink, Setup } from '@chatbox/contracts';
import { aUser, PASSWORD } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { MailServer } from './support/mail.ts';

const NEW_PASSWORD = 'another long and quiet river';

let mail: MailServer;
let app: TestApp;
let owner: Awaited<ReturnType<typeof aUser>>;
beforeAll(async () => {
  mail = await MailServer.open();
  app = await startTestApp({
    SMTP_URL: mail.url,
    MAIL_FROM: 'Chatbox <chat@example.org>',
    PUBLIC_URL: 'https://chat.example.org',
  });
  owner = await aUser(app);
});
afterAll(async () => {
  await app.close();
  await mail.close();
});

const login = (email: string, password: string) =>
  app.api<AuthResult & Problem>('POST', '/api/v1/auth/login', { body: { email, password } });
const me = (token: string) => app.api('GET', '/api/v1/auth/me', { token });
const forgot = (email: unknown, headers = {}) =>
  app.api<Problem | undefined>('POST', '/api/v1/auth/password/forgot', { body: { email }, headers });
const reset = (token: string, password: string) =>
  app.api<Problem>('POST', '/api/v1/auth/password/reset', { body: { token, password } });
const change = (token: string, body: object) =>
  app.api<Problem>('POST', '/api/v1/auth/password/change', { token, body });
const aReset = async (email: string): Promise<string> => {
  const before = mail.mails.length;
  await forgot(email);
  return (await mail.to(email, 'Set a new password', before)).token;
};

describe('changing the password', () => {
  it('wants the old one, ends all other sessions and tells the person', async () => {
    const ann = await aUser(app);
    const other = (await login(ann.email, PASSWORD)).body.accessToken;
    expect(await change(ann.token, { currentPassword: 'wrong', newPassword: NEW_PASSWORD })).toMatchObject({
      status: 401,
      body: { code: 'auth.bad_credentials' },
    });
    expect((await change(ann.token, { newPassword: NEW_PASSWORD })).status).toBe(401);
    expect((await me(other)).status).toBe(200);
    expect((await change(ann.token, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD })).status).toBe(204);
    expect([(await me(ann.token)).status, (await me(other)).status]).toEqual([200, 401]);
    expect([(await login(ann.email, PASSWORD)).status, (await login(ann.email, NEW_PASSWORD)).status]).toEqual([
      401, 200,
    ]);
    expect((await mail.to(ann.email, 'Your password was changed')).text).not.toContain(NEW_PASSWORD);
  });

  it('cannot be used to guess: five wrong ones close the account for guesses', async () => {
    const { token } = await aUser(app);
    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push((await change(token, { currentPassword: `wrong ${i}`, newPassword: NEW_PASSWORD })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('HARDENING 18: keeps the rules, and takes composed and decomposed letters for the same', async () => {
    const ann = await aUser(app);
    for (const newPassword of [
      '',
      'seven77',
      `with \u0000 inside it`,
      'x'.repeat(1025),
      '\ud800 is no letter',
      12345678,
    ])
      expect(await change(ann.token, { currentPassword: PASSWORD, newPassword })).toMatchObject({ status: 400 });
    expect(await change(ann.token, { currentPassword: PASSWORD, newPassword: 'x'.repeat(1024 * 1024) })).toMatchObject({
      status: 413,
    });
    for (const newPassword of ['password1', ann.email])
      expect(await change(ann.token, { currentPassword: PASSWORD, newPassword })).toMatchObject({
        status: 422,
        body: { code: 'auth.password_common' },
      });
    const long = `${'é'.normalize('NFD')}${'x'.repeat(600)} 1`;
    expect((await change(ann.token, { currentPassword: PASSWORD, newPassword: long })).status).toBe(204);
    expect((await login(ann.email, `${long.slice(0, -1)}2`)).status).toBe(401);
    expect((await login(ann.email, long.normalize('NFC'))).status).toBe(200);
    expect((await login(ann.email, long.normalize('NFD'))).status).toBe(200);
  });
});

describe('a forgotten password', () => {
  it('is replaced by a link that comes by mail; all sessions end and nobody is signed in by it', async () => {
    const ann = await aUser(app);
    expect((await app.api<Setup>('GET', '/api/v1/setup')).body).toMatchObject({ mail: true });
    await forgot(` ${ann.email.toUpperCase()}`);
    const letter = await mail.to(ann.email, 'Set a new password');
    const { token } = letter;
    expect(letter.text).toContain(`https://chat.example.org/reset-password#token=${token}`);
    expect(letter.from).toBe('chat@example.org');
    const answer = await reset(token, NEW_PASSWORD);
    expect(answer).toMatchObject({ status: 204, body: undefined });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await me(ann.token)).status).toBe(401);
    expect([(await login(ann.email, PASSWORD)).status, (await login(ann.email, NEW_PASSWORD)).status]).toEqual([
      401, 200,
    ]);
  });

  it('HARDENING 17: the link is good once, for its account, for an hour, and not after a newer one', async () => {
    const ann = await aUser(app);
    const first = await aReset(ann.email);
    const second = await aReset(ann.email);
    const invalid = { status: 403, body: { code: 'auth.link_invalid' } };
    expect(await reset(first, NEW_PASSWORD)).toMatchObject(invalid);
    const both = await Promise.all([reset(second, NEW_PASSWORD), reset(second, `${NEW_PASSWORD}!`)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 403]);
    expect(await reset(second, NEW_PASSWORD)).toMatchObject(invalid);
    const late = await aReset(ann.email);
    const [{ seconds } = {}] = await rowsOf(
      app,
      `SELECT extract(epoch FROM expires_at - created_at)::int AS seconds FROM one_time_link
       WHERE account_id = $1 AND purpose = 'reset_password'`,
      [ann.user.id],
    );
    expect(seconds).toBe(3600);
    await sql(app, `UPDATE one_time_link SET expires_at = clock_timestamp() WHERE account_id = $1`, [ann.user.id]);
    expect(await reset(late, NEW_PASSWORD)).toMatchObject(invalid);
    for (const token of ['x', '\u0000', "' OR 1=1 --", late.slice(0, -1)])
      expect((await reset(token, NEW_PASSWORD)).status).toBeGreaterThanOrEqual(400);
  });

  it('HARDENING 17: a link is void once the password or the address is another, and for a suspended account', async () => {
    const ann = await aUser(app);
    const changed = await aReset(ann.email);
    expect((await change(ann.token, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD })).status).toBe(204);
    expect((await reset(changed, PASSWORD)).status).toBe(403);
    const suspended = await aReset(ann.email);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [ann.user.id]);
    expect((await reset(suspended, PASSWORD)).status).toBe(403);
    await sql(app, `UPDATE account SET status = 'active', email = 'moved-' || email WHERE id = $1`, [ann.user.id]);
    expect((await reset(suspended, PASSWORD)).status).toBe(403);
  });

  it('a link of another purpose does not reset a password', async () => {
    const ann = await aUser(app);
    const { token } = await mail.to(ann.email, 'Confirm your e-mail');
    expect((await reset(token, NEW_PASSWORD)).status).toBe(403);
  });

  it('a password that is refused leaves the link as it was', async () => {
    const ann = await aUser(app);
    const token = await aReset(ann.email);
    expect(await reset(token, 'password1')).toMatchObject({ status: 422 });
    expect(await reset(token, NEW_PASSWORD)).toMatchObject({ status: 204 });
  });

  it('HARDENING 19: known and unknown get the same status, body, headers and time', async () => {
    const ann = await aUser(app);
    const shape = ({ status, body, headers }: Awaited<ReturnType<typeof forgot>>) => ({
      status,
      body,
      headers: [...headers.keys()].filter((name) => !/ratelimit/.test(name)),
    });
    const [known, unknown] = [await forgot(ann.email), await forgot('nobody@example.org')];
    expect(shape(unknown)).toEqual(shape(known));
    expect(known.status).toBe(202);
    const timed = async (email: string): Promise<number> => {
      const begun = performance.now();
      await forgot(email);
      return performance.now() - begun;
    };
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < 8; i++) {
      times[0].push(await timed(ann.email));
      times[1].push(await timed(`nobody${i}@example.org`));
    }
    for (const list of times) list.sort((x, y) => x - y);
    const at = (index: number) => times.map((list) => list[index] ?? 0) as [number, number];
    const [a, b] = at(4);
    // A hash or a mail would be tens of milliseconds more, for one of the two; what both differ by among themselves is noise.
    const noise = Math.max(...at(6)) - Math.min(...at(1));
    expect(Math.abs(a - b)).toBeLessThan(15 + noise);
  });

  it('does not fill a mailbox, whoever asks', async () => {
    const ann = await aUser(app);
    for (let i = 0; i < 8; i++) expect([202, 429]).toContain((await forgot(ann.email)).status);
    const [row] = await rowsOf(
      app,
      `SELECT count(*)::int AS letters FROM letter WHERE recipient = $1 AND kind = 'reset_password'`,
      [ann.email],
    );
    expect(row?.letters).toBeLessThanOrEqual(5);
  });

  it('holds no token, only its hash', async () => {
    const ann = await aUser(app);
    const token = await aReset(ann.email);
    const rows = await rowsOf(
      app,
      `SELECT t::text AS text FROM one_time_link t UNION ALL SELECT l::text FROM letter l`,
    );
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('a letter that the mail server refuses is tried again', async () => {
    const ann = await aUser(app);
    await mail.to(ann.email, 'Confirm your e-mail');
    mail.refusing = 1;
    await forgot(ann.email);
    const deadline = Date.now() + 5000;
    for (let attempts = 0; attempts < 1 && Date.now() < deadline; ) {
      const [row] = await rowsOf(app, `SELECT attempts FROM letter WHERE recipient = $1 AND kind = 'reset_password'`, [
        ann.email,
      ]);
      attempts = Number(row?.attempts ?? 0);
    }
    while (mail.refusing > 0 && Date.now() < deadline) await rowsOf(app, 'SELECT 1');
    expect(mail.refusing).toBe(0);
    await sql(app, `UPDATE letter SET next_at = clock_timestamp() WHERE recipient = $1`, [ann.email]);
    expect((await mail.to(ann.email, 'Set a new password')).token).not.toBe('');
  });
});

describe('without a mail server', () => {
  let quiet: TestApp;
  let boss: typeof owner;
  beforeAll(async () => {
    quiet = await startTestApp();
    boss = await aUser(quiet);
  });
  afterAll(() => quiet.close());

  it('the owner hands over a link that nobody else can make', async () => {
    const [ann, ben] = [await aUser(quiet), await aUser(quiet)];
    const link = (token: string, id = ann.user.id) =>
      quiet.api<ResetLink & Problem>('POST', `/api/v1/admin/people/${id}/reset-link`, { token });
    expect((await link(ben.token)).status).toBe(403);
    expect((await link(ann.token)).status).toBe(403);
    expect(await link(boss.token, '5e0c5c7e-7d4b-4f0e-9d3e-0d4d0f7f3b11')).toMatchObject({ status: 404 });
    const { status, body } = await link(boss.token);
    expect(status).toBe(201);
    expect(body.path).toMatch(/^\/reset-password#token=[\w-]{43}$/);
    expect(Math.round((Date.parse(body.expiresAt) - Date.now()) / 60_000)).toBe(60);
    const token = body.path.split('=')[1];
    const answer = await quiet.api('POST', '/api/v1/auth/password/reset', { body: { token, password: NEW_PASSWORD } });
    expect(answer.status).toBe(204);
    const { status: entered } = await quiet.api('POST', '/api/v1/auth/login', {
      body: { email: ann.email, password: NEW_PASSWORD },
    });
    expect(entered).toBe(200);
  });

  it('says so, the same for known and unknown, instead of promising a letter', async () => {
    expect((await quiet.api<Setup>('GET', '/api/v1/setup')).body).toMatchObject({
      mail: false,
      signIn: [{ kind: 'password' }],
    });
    for (const email of [boss.email, 'nobody@example.org'])
      expect(await quiet.api('POST', '/api/v1/auth/password/forgot', { body: { email } })).toMatchObject({
        status: 409,
        body: { code: 'mail.not_configured' },
      });
    expect((await quiet.api<AccountState>('GET', '/api/v1/auth/account', { token: boss.token })).body).toEqual({
      emailVerified: false,
      pendingEmail: null,
      hasPassword: true,
      identities: [],
      failedSignIns: [],
    });
  });
});
