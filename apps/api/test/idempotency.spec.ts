import { randomUUID } from 'node:crypto';
import type { Conversation, CreatedKey, Page, Problem } from '@chatbox/contracts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp();
  ann = await aUser(app);
});
afterAll(() => app.close());

const CHATS = '/api/v1/conversations';
const begin = (key: string, body: object = { title: 'once' }, token = ann.token) =>
  app.api<Conversation & Problem>('POST', CHATS, { token, body, headers: { 'idempotency-key': key } });
const chats = async (token = ann.token) =>
  (await app.api<Page<Conversation>>('GET', CHATS, { token })).body.items.map(({ title }) => title);

describe('a request with an Idempotency-Key', () => {
  it('that is repeated is done once and answered the same', async () => {
    const key = randomUUID();
    const first = await begin(key);
    const second = await begin(key);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await chats()).filter((title) => title === 'once')).toHaveLength(1);
  });

  it('that says something else is refused', async () => {
    const key = randomUUID();
    await begin(key, { title: 'one' });
    expect(await begin(key, { title: 'other' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency.key_reused' },
    });
    expect(await chats()).not.toContain('other');
    const elsewhere = await app.api('POST', '/api/v1/auth/logout', {
      token: ann.token,
      headers: { 'idempotency-key': key },
    });
    expect(elsewhere.status).toBe(422);
  });

  it('that comes again while the first is under way is told to come back, and is not done twice', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => begin(key, { title: 'slow' })));
    const first = answers.find(({ status }) => status === 201);
    for (const { status, body } of answers)
      if (status === 201) expect(body).toEqual(first?.body);
      else
        expect({ status, body }).toMatchObject({ status: 409, body: { code: 'idempotency.in_progress', retry: true } });
    expect((await chats()).filter((title) => title === 'slow')).toHaveLength(1);
    // As it is between the claim and the answer.
    await sql(app, 'UPDATE idempotency SET answer = NULL WHERE key = $1', [key]);
    const waiting = await begin(key, { title: 'slow' });
    expect(waiting).toMatchObject({ status: 409, body: { code: 'idempotency.in_progress', retry: true } });
    expect(waiting.headers.get('retry-after')).toBe('1');
  });

  it('that was refused for good is refused the same again', async () => {
    const key = randomUUID();
    const send = () =>
      app.api<Problem>('POST', `${CHATS}/not-an-id/messages`, {
        token: ann.token,
        body: {},
        headers: { 'idempotency-key': key },
      });
    const [first, second] = [await send(), await send()];
    expect(second).toMatchObject({ status: 400, body: { code: 'request.invalid', issues: first.body.issues } });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it('means nothing to anybody else', async () => {
    const key = randomUUID();
    await begin(key, { title: 'mine' });
    const bob = await aUser(app);
    expect((await begin(key, { title: 'yours' }, bob.token)).status).toBe(201);
    expect(await chats(bob.token)).toEqual(['yours']);
  });

  it('starts anew after a day, and after the process that began it has died', async () => {
    const key = randomUUID();
    const first = await begin(key);
    await sql(app, `UPDATE idempotency SET created_at = created_at - interval '25 hours' WHERE key = $1`, [key]);
    const second = await begin(key);
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
    await sql(app, `UPDATE idempotency SET answer = NULL, created_at = created_at - interval '1 hour' WHERE key = $1`, [
      key,
    ]);
    expect((await begin(key)).headers.get('idempotent-replayed')).toBeNull();
  });

  it('keeps what is shown once out of reach of whoever reads the database', async () => {
    const key = randomUUID();
    const make = () =>
      app.api<CreatedKey>('POST', '/api/v1/keys', {
        token: ann.token,
        body: { name: 'ci', scopes: ['chat:read'] },
        headers: { 'idempotency-key': key },
      });
    const first = await make();
    expect(first.status).toBe(201);
    expect((await make()).body.key).toBe(first.body.key);
    const rows = JSON.stringify(await rowsOf(app, 'SELECT * FROM idempotency'));
    expect(rows).not.toContain(first.body.key);
    expect(rows).not.toContain('mine');
  });

  it.each(['', ' ', 'x'.repeat(201), 'a b', 'ü'])('that is %j is refused', async (key) => {
    const answer = await begin(key).catch(() => null);
    // What is no header at all does not leave the client.
    if (answer) expect([400, 201]).toContain(answer.status);
    if (answer && key !== '') expect(answer.body.code).toBe('request.invalid');
  });
});
