import type { AuditRecord, AuditVerification, Page } from '@chatbox/contracts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let owner: Person;
beforeEach(async () => {
  app = await startTestApp();
  owner = await aUser(app, 'olive@example.org');
});
afterEach(() => app.close());

const get = <T>(path: string) => app.api<T>('GET', `/api/v1/admin/audit${path}`, { token: owner.token });
const set = (registration: string) =>
  app.api('PATCH', '/api/v1/admin/settings', { token: owner.token, body: { registration } });
const verify = async () => (await get<AuditVerification>('/verification')).body;

describe('the audit log', () => {
  it('filters by who, what and when, and pages', async () => {
    for (const mode of ['closed', 'open', 'closed']) await set(mode);
    await app.api('POST', '/api/v1/admin/invitations', { token: owner.token, body: {} });
    const actions = async (query: string) =>
      (await get<Page<AuditRecord>>(query)).body.items.map(({ action }) => action);
    expect(await actions('')).toEqual([
      'invitation.created',
      'settings.changed',
      'settings.changed',
      'settings.changed',
      'person.registered',
      'session.opened',
    ]);
    expect(await actions('?action=settings.changed')).toHaveLength(3);
    expect(await actions('?action=settings')).toHaveLength(3);
    expect(await actions('?action=setting')).toEqual([]);
    expect(await actions(`?actor=${owner.user.id}`)).toHaveLength(6);
    expect(await actions(`?actor=${crypto.randomUUID()}`)).toEqual([]);
    const { items } = (await get<Page<AuditRecord>>('?limit=2')).body;
    expect(await actions(`?to=${items[0]?.at}`)).not.toContain('invitation.created');
    expect(await actions(`?from=${items[0]?.at}`)).toContain('invitation.created');
    const { nextCursor } = (await get<Page<AuditRecord>>('?limit=2')).body;
    expect(await actions(`?limit=2&cursor=${nextCursor}`)).toEqual(['settings.changed', 'settings.changed']);
  });

  it('only grows', async () => {
    for (const statement of [`UPDATE audit SET action = 'x'`, 'DELETE FROM audit', 'TRUNCATE audit'])
      await expect(sql(app, statement)).rejects.toThrow('the audit log only grows');
  });

  it('stays one chain when many write at once, and shows where somebody went round the door', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => set(i % 2 ? 'open' : 'closed')));
    expect(await verify()).toMatchObject({ intact: true, entries: 10, brokenAt: null, head: { seq: 10 } });
    const around = (statement: string) =>
      sql(
        app,
        `ALTER TABLE audit DISABLE TRIGGER audit_only_grows; ${statement}; ALTER TABLE audit ENABLE TRIGGER audit_only_grows`,
      );
    await around(`UPDATE audit SET actor_email = 'somebody@else.example' WHERE seq = 5`);
    expect(await verify()).toMatchObject({ intact: false, entries: 4, brokenAt: 5 });
    await around('DELETE FROM audit WHERE seq = 3');
    expect(await verify()).toMatchObject({ intact: false, entries: 2, brokenAt: 3 });
  });

  it('holds no secret', async () => {
    const { body } = await app.api<{ token: string }>('POST', '/api/v1/admin/invitations', {
      token: owner.token,
      body: { email: 'new@example.org' },
    });
    const log = JSON.stringify(await rowsOf(app, 'SELECT * FROM audit'));
    for (const secret of [body.token, owner.token, owner.refreshToken, owner.password])
      expect(log).not.toContain(secret);
  });

  it('HARDENING 28: leaves as a table in which nothing is a formula', async () => {
    // The two of the dangerous letters that an e-mail may begin with.
    for (const email of ['+1+2@example.org', '-1@example.org']) await aUser(app, email);
    const answer = await get<string>('/export');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const lines = answer.body.trimEnd().split('\r\n');
    expect(lines[0]).toContain('"actor"');
    expect(lines).toHaveLength(8);
    for (const field of answer.body.matchAll(/(?:^|,)"([^"]*)/gm)) expect(field[1]).not.toMatch(/^[=+\-@]/);
    expect(answer.body).toMatch(/"'\+1/);
    expect((await get<Page<AuditRecord>>('?action=audit.exported')).body.items).toHaveLength(1);
  });
});
