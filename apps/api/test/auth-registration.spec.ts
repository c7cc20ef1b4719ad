import type { AuthResult, Invitation, Page, Problem, Settings, UpdateSettings } from '@chatbox/contracts';
import type { ApiAnswer } from './harness/api.ts';
import { aUser, PASSWORD, type Person } from './harness/people.ts';
import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let owner: Person;
beforeAll(async () => {
  app = await startTestApp();
  owner = await aUser(app);
});
afterAll(() => app.close());

const set = (body: UpdateSettings): Promise<ApiAnswer<Settings>> =>
  app.api('PATCH', '/api/v1/admin/settings', { token: owner.token, body });
const invite = async (body: object = {}): Promise<Invitation & { token: string }> => {
  const answer = await app.api<Invitation>('POST', '/api/v1/admin/invitations', { token: owner.token, body });
  expect(answer.status).toBe(201);
  return { ...answer.body, token: answer.body.token ?? '' };
};
const invitations = async (): Promise<Invitation[]> =>
  (await app.api<Page<Invitation>>('GET', '/api/v1/admin/invitations', { token: owner.token })).body.items;
const revoke = (id: string) => app.api('DELETE', `/api/v1/admin/invitations/${id}`, { token: owner.token });

let count = 0;
const register = (
  invitation?: string,
  email = `guest${++count}@example.org`,
): Promise<ApiAnswer<AuthResult & Problem>> =>
  app.api('POST', '/api/v1/auth/register', {
    body: { email, password: PASSWORD, ...(invitation !== undefined && { invitation }) },
  });

describe('settings', () => {
  it('begin open and without a default model, and keep what the owner says', async () => {
    const read = () => app.api<Settings>('GET', '/api/v1/admin/settings', { token: owner.token });
    expect((await read()).body).toEqual({ registration: 'open', defaultModel: null, factorRequiredFor: [] });
    expect((await set({ defaultModel: 'openai/some-model' })).body).toEqual({
      registration: 'open',
      defaultModel: 'openai/some-model',
      factorRequiredFor: [],
    });
    expect((await set({ registration: 'closed' })).body.defaultModel).toBe('openai/some-model');
    expect((await set({ defaultModel: null, registration: 'open' })).body).toEqual({
      registration: 'open',
      defaultModel: null,
      factorRequiredFor: [],
    });
    expect((await read()).body).toEqual({ registration: 'open', defaultModel: null, factorRequiredFor: [] });
    expect((await set({})).status).toBe(200);
  });

  it.each([{ registration: 'wide open' }, { defaultModel: 7 }, { version: '9' }, []])('refuse %j', async (body) => {
    expect((await set(body as UpdateSettings)).status).toBe(400);
  });
});

describe('closed registration', () => {
  beforeAll(() => set({ registration: 'closed' }));

  it('lets nobody in, not even with an invitation', async () => {
    for (const token of [undefined, (await invite()).token])
      expect(await register(token)).toMatchObject({ status: 403, body: { code: 'auth.registration_closed' } });
  });

  it('does not tell which e-mails have an account', async () => {
    expect((await register(undefined, owner.email)).body.code).toBe('auth.registration_closed');
  });

  it('says so to the sign-in page', async () => {
    expect((await app.api('GET', '/api/v1/setup')).body).toMatchObject({ needsOwner: false, registration: 'closed' });
  });
});

describe('registration by invitation', () => {
  beforeAll(() => set({ registration: 'invitation' }));

  it('needs one', async () => {
    expect(await register()).toMatchObject({ status: 403, body: { code: 'auth.invitation_required' } });
  });

  it('takes one once, and gives the role it names', async () => {
    const { token, id } = await invite({ role: 'viewer' });
    expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
    expect(await register(token)).toMatchObject({ status: 201, body: { user: { role: 'viewer' } } });
    expect(await register(token)).toMatchObject({ status: 403, body: { code: 'auth.invitation_invalid' } });
    const used = (await invitations()).find((one) => one.id === id);
    expect(used).toMatchObject({ usedAt: expect.any(String), role: 'viewer' });
    expect(used).not.toHaveProperty('token');
    expect(await revoke(id)).toMatchObject({ status: 404, body: { code: 'invitation.not_found' } });
  });

  it('makes one account when two come with the same one at once', async () => {
    const { token } = await invite();
    const both = await Promise.all([register(token), register(token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 403]);
  });

  it('holds an invitation to the e-mail it was made for', async () => {
    const { token } = await invite({ email: 'Eve@Example.org' });
    expect((await register(token, 'mallory@example.org')).body.code).toBe('auth.invitation_invalid');
    expect((await register(token, 'eve@example.org')).status).toBe(201);
  });

  it('keeps an invitation that led to nothing', async () => {
    const { token } = await invite();
    expect((await register(token, owner.email)).body.code).toBe('auth.email_taken');
    expect((await register(token)).status).toBe(201);
  });

  it('refuses one that is expired, taken back, made up or empty', async () => {
    const [late, gone] = [await invite(), await invite()];
    await sql(app, 'UPDATE invitation SET expires_at = clock_timestamp() WHERE id = $1', [late.id]);
    expect((await revoke(gone.id)).status).toBe(204);
    for (const token of [late.token, gone.token, 'made-up'])
      expect((await register(token)).body.code).toBe('auth.invitation_invalid');
    expect((await register('')).body.code).toBe('auth.invitation_required');
    expect((await revoke(gone.id)).status).toBe(404);
  });

  it('makes nobody an owner', async () => {
    const answer = await app.api('POST', '/api/v1/admin/invitations', { token: owner.token, body: { role: 'owner' } });
    expect(answer.status).toBe(400);
  });
});
