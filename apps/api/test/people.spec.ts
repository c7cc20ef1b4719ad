import type { AuditRecord, Page, Person, Problem } from '@chatbox/contracts';
import { aUser, PASSWORD, type Person as Someone } from './harness/people.ts';
import { rowsOf, sql, whileLocked } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let owner: Someone;
beforeAll(async () => {
  app = await startTestApp({ RATE_LIMIT_MAX_ENTRY: '1000' });
  owner = await aUser(app, 'olive@example.org');
});
afterAll(() => app.close());

const PEOPLE = '/api/v1/admin/people';
const by = <T = Person & Problem>(who: Someone, method: string, path: string, body?: unknown) =>
  app.api<T>(method, `${PEOPLE}${path}`, { token: who.token, body });
const inRole = async (role: string): Promise<Someone> => {
  const person = await aUser(app);
  await by(owner, 'PATCH', `/${person.user.id}`, { role });
  return person;
};
const list = async (query: string) => (await by<Page<Person>>(owner, 'GET', query)).body;

describe('the list of people', () => {
  it('finds, filters, sorts and pages', async () => {
    for (const name of ['Cara', 'Anna_Lee', 'bert'])
      await app.api('PATCH', '/api/v1/auth/me', {
        token: (await aUser(app, `${name.toLowerCase().replace('_', '.')}@list.example`)).token,
        body: { name },
      });
    const names = async (query: string) => (await list(`?search=list.example&${query}`)).items.map(({ name }) => name);
    expect(await names('sort=name&order=asc')).toEqual(['Anna_Lee', 'bert', 'Cara']);
    expect(await names('sort=email&order=desc')).toEqual(['Cara', 'bert', 'Anna_Lee']);
    expect(await names('sort=createdAt&order=asc')).toEqual(['Cara', 'Anna_Lee', 'bert']);
    expect(await names('sort=lastSeenAt&order=desc')).toEqual(['bert', 'Anna_Lee', 'Cara']);
    expect((await list('?role=owner')).items.map(({ email }) => email)).toEqual(['olive@example.org']);
    for (const sort of ['name', 'email', 'createdAt', 'lastSeenAt'])
      for (const order of ['asc', 'desc']) {
        const whole = (await list(`?sort=${sort}&order=${order}`)).items.map(({ id }) => id);
        const seen: string[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const page: Page<Person> = await list(`?sort=${sort}&order=${order}&limit=1${cursor && `&cursor=${cursor}`}`);
          seen.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor;
        }
        expect(seen).toEqual(whole);
      }
  });

  it('HARDENING 51: takes % and _ for what they are', async () => {
    expect((await list('?search=%25')).items).toEqual([]);
    expect((await list('?search=a_l')).items.map(({ name }) => name)).toEqual(['Anna_Lee']);
    expect((await list(`?search=${encodeURIComponent("' OR 1=1 --")}`)).items).toEqual([]);
  });

  it('HARDENING 49: refuses a cursor that it did not make for this order', async () => {
    const { nextCursor } = await list('?limit=1&sort=name');
    const forged = Buffer.from(
      JSON.stringify({ sort: 'createdAt', order: 'desc', place: "now()'; --", id: owner.user.id }),
    ).toString('base64url');
    for (const query of [`?sort=email&cursor=${nextCursor}`, `?cursor=${forged}`, '?cursor=x', '?sort=password_hash'])
      expect(await by(owner, 'GET', query)).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
  });
});

describe('a role', () => {
  it('is given by an owner to anybody, by an administrator below their own only', async () => {
    const admin = await inRole('admin');
    const member = await aUser(app);
    expect(await by(admin, 'PATCH', `/${member.user.id}`, { role: 'viewer' })).toMatchObject({
      status: 200,
      body: { role: 'viewer' },
    });
    for (const [id, role] of [
      [member.user.id, 'admin'],
      [member.user.id, 'owner'],
      [admin.user.id, 'owner'],
      [owner.user.id, 'member'],
    ])
      expect(await by(admin, 'PATCH', `/${id}`, { role })).toMatchObject({
        status: 403,
        body: { code: 'auth.forbidden' },
      });
    const invite = (role: string) =>
      app.api('POST', '/api/v1/admin/invitations', { token: admin.token, body: { role } });
    expect((await invite('admin')).status).toBe(403);
    expect((await invite('member')).status).toBe(201);
  });

  it('of a viewer lets them read what is theirs and send nothing', async () => {
    const viewer = await aUser(app);
    const { body: chat } = await app.api<{ id: string }>('POST', '/api/v1/conversations', {
      token: viewer.token,
      body: {},
    });
    await by(owner, 'PATCH', `/${viewer.user.id}`, { role: 'viewer' });
    const send = () =>
      app.api('POST', `/api/v1/conversations/${chat.id}/messages`, {
        token: viewer.token,
        body: { clientMessageId: crypto.randomUUID(), content: 'hello' },
      });
    await eventually(403, send);
    expect((await app.api('GET', `/api/v1/conversations/${chat.id}`, { token: viewer.token })).status).toBe(200);
    expect((await app.api('POST', '/api/v1/conversations', { token: viewer.token, body: {} })).status).toBe(403);
  });
});

const eventually = async (status: number, ask: () => Promise<{ status: number }>): Promise<void> => {
  const deadline = Date.now() + 1500;
  let last = 0;
  while (Date.now() < deadline && last !== status) last = (await ask()).status;
  expect(last).toBe(status);
};

describe('HARDENING 12: the last owner', () => {
  it('cannot be demoted, suspended or removed', async () => {
    const { id } = owner.user;
    for (const [method, path, body] of [
      ['PATCH', '', { role: 'admin' }],
      ['POST', '/suspend', undefined],
      ['DELETE', '', undefined],
    ] as const)
      expect(await by(owner, method, `/${id}${path}`, body)).toMatchObject({
        status: 409,
        body: { code: 'account.last_owner' },
      });
    expect((await by(owner, 'GET', `/${id}`)).body).toMatchObject({ role: 'owner', status: 'active' });
  });

  it('stays also when two owners demote each other at the same moment', async () => {
    const second = await inRole('owner');
    const outcomes = await whileLocked(app, `SELECT FROM account WHERE role = 'owner' FOR UPDATE`, 2, () =>
      Promise.all([
        by(owner, 'PATCH', `/${second.user.id}`, { role: 'member' }),
        by(second, 'PATCH', `/${owner.user.id}`, { role: 'member' }),
      ]),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await rowsOf(app, `SELECT FROM account WHERE role = 'owner'`)).toHaveLength(1);
    // Which of the two it is, is nobody's choice; here it is the first one again.
    await sql(app, `UPDATE account SET role = 'member' WHERE id = $1`, [second.user.id]);
    await sql(app, `UPDATE account SET role = 'owner' WHERE id = $1`, [owner.user.id]);
    while ((await by(owner, 'GET', '')).status !== 200);
  });
});

describe('suspending', () => {
  it('shuts out with every session, and letting in again takes a new sign-in', async () => {
    const ann = await aUser(app);
    expect((await by(owner, 'POST', `/${ann.user.id}/suspend`)).body).toMatchObject({
      status: 'suspended',
      sessions: 0,
    });
    expect((await app.api('GET', '/api/v1/auth/me', { token: ann.token })).status).toBe(401);
    const login = () => app.api('POST', '/api/v1/auth/login', { body: { email: ann.email, password: PASSWORD } });
    expect(await login()).toMatchObject({ status: 403, body: { code: 'auth.suspended' } });
    expect((await by(owner, 'POST', `/${ann.user.id}/unsuspend`)).body).toMatchObject({ status: 'active' });
    expect((await login()).status).toBe(200);
    expect((await app.api('GET', '/api/v1/auth/me', { token: ann.token })).status).toBe(401);
  });
});

it('all sessions of a person are ended at once', async () => {
  const ann = await aUser(app);
  await app.api('POST', '/api/v1/auth/login', { body: { email: ann.email, password: PASSWORD } });
  expect((await by<Page<unknown>>(owner, 'GET', `/${ann.user.id}/sessions`)).body.items).toHaveLength(2);
  expect((await by(owner, 'DELETE', `/${ann.user.id}/sessions`)).body).toEqual({ ended: 2 });
  expect((await app.api('GET', '/api/v1/auth/me', { token: ann.token })).status).toBe(401);
});

it('a removed person is gone with what was theirs, and can come again as somebody new', async () => {
  const ann = await aUser(app);
  const { body: chat } = await app.api<{ id: string }>('POST', '/api/v1/conversations', { token: ann.token, body: {} });
  expect((await by(owner, 'DELETE', `/${ann.user.id}`)).status).toBe(204);
  expect(await by(owner, 'GET', `/${ann.user.id}`)).toMatchObject({ status: 404, body: { code: 'account.not_found' } });
  expect((await app.api('GET', '/api/v1/auth/me', { token: ann.token })).status).toBe(401);
  const again = await aUser(app, ann.email);
  expect((await app.api('GET', `/api/v1/conversations/${chat.id}`, { token: again.token })).status).toBe(404);
});

describe('registration by approval', () => {
  const mode = (registration: string) =>
    app.api('PATCH', '/api/v1/admin/settings', { token: owner.token, body: { registration } });
  afterAll(() => mode('open'));

  it('keeps newcomers out until somebody approves them', async () => {
    await mode('approval');
    const email = 'newcomer@example.org';
    const registered = await app.api('POST', '/api/v1/auth/register', { body: { email, password: PASSWORD } });
    expect(registered).toMatchObject({ status: 403, body: { code: 'auth.approval_pending' } });
    expect(registered.headers.getSetCookie()).toEqual([]);
    const login = () => app.api('POST', '/api/v1/auth/login', { body: { email, password: PASSWORD } });
    expect(await login()).toMatchObject({ status: 403, body: { code: 'auth.approval_pending' } });
    const [waiting] = (await list('?status=pending')).items;
    expect(waiting).toMatchObject({ email, role: 'member', status: 'pending' });
    expect((await by(owner, 'POST', `/${waiting?.id}/approve`)).body).toMatchObject({ status: 'active' });
    expect((await login()).status).toBe(200);
    expect(await by(owner, 'POST', `/${waiting?.id}/approve`)).toMatchObject({ body: { code: 'person.not_pending' } });
  });
});

it('every change is in the audit log, with who did it to whom and from where', async () => {
  const ann = await aUser(app);
  const answer = await by(owner, 'PATCH', `/${ann.user.id}`, { role: 'viewer' });
  await by(owner, 'DELETE', `/${ann.user.id}`);
  const { body } = await app.api<Page<AuditRecord>>('GET', `/api/v1/admin/audit?action=person&actor=${owner.user.id}`, {
    token: owner.token,
  });
  expect(body.items.slice(0, 2)).toMatchObject([
    { action: 'person.deleted', target: { id: ann.user.id, name: ann.email } },
    {
      action: 'person.role_changed',
      actor: { id: owner.user.id, email: owner.email, keyId: null },
      target: { kind: 'person', id: ann.user.id, name: ann.email },
      details: { before: 'member', after: 'viewer' },
      address: '127.0.0.1',
      requestId: answer.headers.get('x-request-id'),
    },
  ]);
});
