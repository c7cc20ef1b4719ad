import { AccountExport, type AccountState, type AuthResult, type Conversation, type Problem } from '@chatbox/contracts';
import { aUser, PASSWORD } from './harness/people.ts';
import { rowsOf, whileLocked } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { MailServer } from './support/mail.ts';

let mail: MailServer;
let app: TestApp;
let owner: Awaited<ReturnType<typeof aUser>>;
beforeAll(async () => {
  mail = await MailServer.open();
  app = await startTestApp({
    SMTP_URL: mail.url,
    MAIL_FROM: 'chat@example.org',
    PUBLIC_URL: 'https://chat.example.org',
  });
  owner = await aUser(app);
});
afterAll(async () => {
  await app.close();
  await mail.close();
});

const state = async (token: string) => (await app.api<AccountState>('GET', '/api/v1/auth/account', { token })).body;
const verify = (token: string) =>
  app.api<{ email: string; changed: boolean } & Problem>('POST', '/api/v1/auth/email/verify', { body: { token } });
const login = (email: string) => app.api('POST', '/api/v1/auth/login', { body: { email, password: PASSWORD } });

describe('a sign-in', () => {
  it('that is unusual is told to the person by mail, and no other is', async () => {
    const ann = await aUser(app);
    const from = (userAgent: string, address: string) =>
      app.api('POST', '/api/v1/auth/login', {
        body: { email: ann.email, password: PASSWORD },
        headers: { 'user-agent': userAgent, 'x-forwarded-for': address },
      });
    const letters = () => mail.mails.filter(({ to, raw }) => to.includes(ann.email) && raw.includes('new sign-in'));
    expect((await login(ann.email)).status).toBe(200);
    expect((await from('Firefox/140.0', '203.0.113.7')).status).toBe(200);
    const letter = await mail.to(ann.email, 'new sign-in');
    expect(letter.text).toContain('If it was not you, set a new password at once');
    for (const [program, address] of [
      ['Firefox/141.0', '203.0.113.99'],
      ['node', '127.0.0.1'],
    ] as const)
      expect((await from(program, address)).status).toBe(200);
    // Whatever was written down before this letter has been sent as well.
    await app.api('POST', '/api/v1/auth/password/forgot', { body: { email: ann.email } });
    await mail.to(ann.email, 'Set a new password');
    expect(letters()).toHaveLength(1);
  });
});

describe('a sign-in that did not succeed', () => {
  it('is shown to whom it was about, and marked as new until they have signed in once more', async () => {
    const ann = await aUser(app);
    const other = await aUser(app);
    expect((await state(ann.token)).failedSignIns).toEqual([]);
    const tries = { email: ann.email, password: 'not the password' };
    expect((await app.api('POST', '/api/v1/auth/login', { body: tries })).status).toBe(401);
    const signIn = async () =>
      (await app.api<AuthResult>('POST', '/api/v1/auth/login', { body: { email: ann.email, password: PASSWORD } }))
        .body;
    const next = await signIn();
    expect((await state(next.accessToken)).failedSignIns).toEqual([
      { at: expect.any(String), address: expect.any(String), isNew: true },
    ]);
    const last = await signIn();
    expect((await state(last.accessToken)).failedSignIns).toMatchObject([{ isNew: false }]);
    expect((await state(other.token)).failedSignIns).toEqual([]);
  });
});

describe('an e-mail', () => {
  it('is verified by a link that comes at the registration, once', async () => {
    const ann = await aUser(app);
    expect((await state(ann.token)).emailVerified).toBe(false);
    const { token, text } = await mail.to(ann.email, 'Confirm your e-mail');
    expect(text).toContain('https://chat.example.org/verify-email#token=');
    expect(await verify(token)).toMatchObject({ status: 200, body: { email: ann.email, changed: false } });
    expect((await state(ann.token)).emailVerified).toBe(true);
    expect(await verify(token)).toMatchObject({ status: 403, body: { code: 'auth.link_invalid' } });
  });

  it('can be asked to be verified again; the link before does not count any more', async () => {
    const ann = await aUser(app);
    const first = await mail.to(ann.email, 'Confirm your e-mail');
    const before = mail.mails.length;
    expect((await app.api('POST', '/api/v1/auth/email/verification', { token: ann.token })).status).toBe(202);
    const second = await mail.to(ann.email, 'Confirm your e-mail', before);
    expect((await verify(first.token)).status).toBe(403);
    expect((await verify(second.token)).status).toBe(200);
  });

  it('is changed by a link to the new address, with the password; the old address is told', async () => {
    const ann = await aUser(app);
    const email = `new-${ann.email}`;
    const ask = (body: object) => app.api<Problem>('POST', '/api/v1/auth/email/change', { token: ann.token, body });
    expect(await ask({ email, password: 'wrong' })).toMatchObject({
      status: 401,
      body: { code: 'auth.bad_credentials' },
    });
    expect((await ask({ email })).status).toBe(401);
    expect((await ask({ email, password: PASSWORD })).status).toBe(202);
    const { token } = await mail.to(email, 'Confirm your new e-mail');
    expect(await state(ann.token)).toMatchObject({ emailVerified: false, pendingEmail: email });
    expect((await login(ann.email)).status).toBe(200);
    expect(await verify(token)).toMatchObject({ status: 200, body: { email, changed: true } });
    expect([(await login(ann.email)).status, (await login(email)).status]).toEqual([401, 200]);
    expect(await state(ann.token)).toMatchObject({ emailVerified: true, pendingEmail: null });
    await mail.to(ann.email, 'Your e-mail was changed');
  });

  it('HARDENING 19: a change to an address that is taken is answered like any other, and nothing comes of it', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const before = mail.mails.length;
    const ask = (email: string) =>
      app.api('POST', '/api/v1/auth/email/change', { token: ann.token, body: { email, password: PASSWORD } });
    const [taken, free] = [await ask(ben.email), await ask(`free-${ann.email}`)];
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    await mail.to(`free-${ann.email}`, 'Confirm your new e-mail', before);
    expect(mail.mails.filter(({ to, raw }) => to.includes(ben.email) && raw.includes('new e-mail'))).toEqual([]);
  });

  it('that somebody else got meanwhile stays theirs', async () => {
    const ann = await aUser(app);
    const email = `raced-${ann.email}`;
    await app.api('POST', '/api/v1/auth/email/change', { token: ann.token, body: { email, password: PASSWORD } });
    const { token } = await mail.to(email, 'Confirm your new e-mail');
    await aUser(app, email);
    expect(await verify(token)).toMatchObject({ status: 409, body: { code: 'auth.email_taken' } });
    expect((await login(ann.email)).status).toBe(200);
  });

  it('with line breaks or a list of addresses is none', async () => {
    const ann = await aUser(app);
    for (const email of ['a@example.org\r\nBcc: b@example.org', 'a@example.org, b@example.org', '<a@example.org>'])
      expect(
        (await app.api('POST', '/api/v1/auth/email/change', { token: ann.token, body: { email, password: PASSWORD } }))
          .status,
      ).toBe(400);
  });
});

const aConversation = async (token: string, text: string): Promise<string> => {
  const { body } = await app.api<Conversation>('POST', '/api/v1/conversations', {
    token,
    body: { title: `about ${text}` },
  });
  const { status } = await app.api('POST', `/api/v1/conversations/${body.id}/messages`, {
    token,
    body: { clientMessageId: crypto.randomUUID(), content: text },
  });
  expect(status).toBe(202);
  return body.id;
};

describe('the export', () => {
  it('has everything that is kept about the person, and of nobody else', async () => {
    const [ann, ben] = [await aUser(app), await aUser(app)];
    const ids = [await aConversation(ann.token, 'whales'), await aConversation(ann.token, 'tides')];
    await aConversation(ben.token, 'a secret of Ben');
    const answer = await app.api<AccountExport>('GET', '/api/v1/auth/account/export', { token: ann.token });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    const all = AccountExport.parse(answer.body);
    expect(all.profile).toMatchObject({ id: ann.user.id, email: ann.email });
    expect(all.sessions).toHaveLength(1);
    expect(all.conversations.map(({ id }) => id).sort()).toEqual(ids.sort());
    const texts = JSON.stringify(all.messages);
    expect(texts).toContain('whales');
    expect(texts).toContain('tides');
    expect(JSON.stringify(all)).not.toMatch(/secret of Ben|argon2|password_hash/);
    expect(JSON.stringify(all)).not.toContain(ben.user.id);
  });

  it('is read page by page: no record is missing, none comes twice', async () => {
    const ann = await aUser(app);
    await rowsOf(
      app,
      `INSERT INTO conversation (id, account_id, title) SELECT gen_random_uuid(), $1, 'number ' || n FROM generate_series(1, 450) n`,
      [ann.user.id],
    );
    const { body } = await app.api<AccountExport>('GET', '/api/v1/auth/account/export', { token: ann.token });
    expect(new Set(body.conversations.map(({ title }) => title)).size).toBe(450);
    expect(body.conversations).toHaveLength(450);
  });

  it('is closed to nobody', async () => {
    expect((await app.api('GET', '/api/v1/auth/account/export')).status).toBe(401);
  });
});

describe('the deletion of the own account', () => {
  const remove = (token: string, body: object) =>
    app.api<Problem>('POST', '/api/v1/auth/account/delete', { token, body });

  it('wants the password, takes the data along and ends every session', async () => {
    const ann = await aUser(app);
    const other = (
      await app.api<{ accessToken: string }>('POST', '/api/v1/auth/login', {
        body: { email: ann.email, password: PASSWORD },
      })
    ).body.accessToken;
    const conversation = await aConversation(ann.token, 'demo: a long story');
    expect(await remove(ann.token, { password: 'wrong' })).toMatchObject({ status: 401 });
    expect(await remove(ann.token, {})).toMatchObject({ status: 401 });
    expect((await remove(ann.token, { password: PASSWORD })).status).toBe(204);
    for (const token of [ann.token, other])
      expect((await app.api('GET', '/api/v1/auth/me', { token })).status).toBe(401);
    expect((await login(ann.email)).status).toBe(401);
    const left = await rowsOf(
      app,
      `SELECT (SELECT count(*) FROM account WHERE id = $1) + (SELECT count(*) FROM session WHERE account_id = $1)
         + (SELECT count(*) FROM conversation WHERE id = $2) + (SELECT count(*) FROM message WHERE conversation_id = $2)
         + (SELECT count(*) FROM generation WHERE account_id = $1) + (SELECT count(*) FROM letter WHERE recipient = $3)
         + (SELECT count(*) FROM login_failure WHERE email = $3 AND at < clock_timestamp() - interval '1 hour')
         + (SELECT count(*) FROM ledger WHERE account_id = $1) AS rows`,
      [ann.user.id, conversation, ann.email],
    );
    expect(left).toEqual([{ rows: '0' }]);
    // The address is free again, for somebody who has nothing of the one before.
    const again = await aUser(app, ann.email);
    expect(
      (await app.api<{ items: unknown[] }>('GET', '/api/v1/conversations', { token: again.token })).body.items,
    ).toEqual([]);
  });

  it('HARDENING 12: is refused to the last owner, and of two owners at once one stays', async () => {
    expect(await remove(owner.token, { password: PASSWORD })).toMatchObject({
      status: 409,
      body: { code: 'account.last_owner' },
    });
    expect((await app.api('GET', '/api/v1/auth/me', { token: owner.token })).status).toBe(200);
    const second = await aUser(app);
    await rowsOf(app, `UPDATE account SET role = 'owner' WHERE id = $1`, [second.user.id]);
    // Nobody can be deleted until both have counted the owners: that is the moment of the race.
    const both = await whileLocked(app, 'LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE', 2, () =>
      Promise.all([owner, second].map(({ token }) => remove(token, { password: PASSWORD }))),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await rowsOf(app, `SELECT count(*)::int AS owners FROM account WHERE role = 'owner'`)).toEqual([
      { owners: 1 },
    ]);
  });
});
