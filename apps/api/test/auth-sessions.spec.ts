import type { AuthResult, CreatedKey, Page, Problem, Session } from '@chatbox/contracts';
import type { ApiAnswer } from './harness/api.ts';
import { Browser } from './harness/browser.ts';
import { aUser, PASSWORD } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ CORS_ORIGIN: 'https://friend.example' });
});
afterAll(() => app.close());

const refresh = (refreshToken: string): Promise<ApiAnswer<AuthResult & Problem>> =>
  app.api('POST', '/api/v1/auth/refresh', { body: { refreshToken } });
const statusOfMe = async (token: string): Promise<number> =>
  (await app.api('GET', '/api/v1/auth/me', { token })).status;
const letTheRaceWindowPass = (sessionId: string): Promise<void> =>
  sql(app, `UPDATE refresh_token SET used_at = used_at - interval '11 seconds' WHERE session_id = $1`, [sessionId]);

describe('a refresh token', () => {
  it('is replaced at each use, within the same session', async () => {
    const ann = await aUser(app);
    const first = await refresh(ann.refreshToken);
    expect(first.status).toBe(200);
    const second = await refresh(first.body.refreshToken);
    expect(second.status).toBe(200);
    expect(new Set([ann.refreshToken, first.body.refreshToken, second.body.refreshToken]).size).toBe(3);
    expect(second.body.session.id).toBe(first.body.session.id);
    expect(Date.parse(second.body.session.expiresAt)).toBeGreaterThan(Date.parse(first.body.session.expiresAt));
    expect(await statusOfMe(second.body.accessToken)).toBe(200);
  });

  it('has one successor, which two tabs that race both get', async () => {
    const ann = await aUser(app);
    const tabs = await Promise.all([1, 2, 3, 4].map(() => refresh(ann.refreshToken)));
    expect(tabs.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(tabs.map(({ body }) => body.refreshToken)).size).toBe(1);
    expect((await refresh(tabs[0]?.body.refreshToken ?? '')).status).toBe(200);
  });

  it('ends its session when it comes back later', async () => {
    const ann = await aUser(app);
    const { body: next } = await refresh(ann.refreshToken);
    await letTheRaceWindowPass(next.session.id);
    expect(await refresh(ann.refreshToken)).toMatchObject({ status: 401, body: { code: 'auth.refresh_invalid' } });
    expect((await refresh(next.refreshToken)).status).toBe(401);
    expect(await statusOfMe(next.accessToken)).toBe(401);
    const entries = `SELECT target_name FROM audit WHERE action = 'session.token_reused' AND target_id = $1`;
    expect(await rowsOf(app, entries, [next.session.id])).toEqual([{ target_name: ann.email }]);
  });

  it('ends its session when it comes back after two successors, however soon', async () => {
    const ann = await aUser(app);
    const { body: next } = await refresh(ann.refreshToken);
    const { body: last } = await refresh(next.refreshToken);
    expect((await refresh(ann.refreshToken)).status).toBe(401);
    expect((await refresh(last.refreshToken)).status).toBe(401);
    expect(await statusOfMe(last.accessToken)).toBe(401);
  });

  it('is worth nothing after 30 days, though it was used every day', async () => {
    const ann = await aUser(app);
    const day = `created_at = created_at - interval '1 day', expires_at = expires_at - interval '1 day'`;
    let { body } = await refresh(ann.refreshToken);
    for (let days = 1; days < 30; days += 1) {
      await sql(app, `UPDATE session SET ${day} WHERE id = $1`, [body.session.id]);
      ({ body } = await refresh(body.refreshToken));
    }
    const left = (Date.parse(body.session.expiresAt) - Date.now()) / 86_400_000;
    expect(left).toBeCloseTo(1, 2);
    await sql(app, `UPDATE session SET ${day} WHERE id = $1`, [body.session.id]);
    expect((await refresh(body.refreshToken)).status).toBe(401);
  });

  it('of a suspended account is refused', async () => {
    const ann = await aUser(app);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [ann.user.id]);
    expect((await refresh(ann.refreshToken)).status).toBe(401);
  });

  it.each([['unknown'], [''], ['x'.repeat(200)]])('that nobody gave out is refused: %s', async (token) => {
    expect(await refresh(token)).toMatchObject({ status: 401, body: { code: 'auth.refresh_invalid' } });
  });

  it.each([[null], [17], [['a']], [{ a: 1 }], ['x'.repeat(5000)]])(
    'that is no token is refused: %j',
    async (refreshToken) => {
      expect((await app.api('POST', '/api/v1/auth/refresh', { body: { refreshToken } })).status).toBe(400);
    },
  );

  it('is no access token', async () => {
    expect(await statusOfMe((await aUser(app)).refreshToken)).toBe(401);
  });
});

describe('sessions', () => {
  it('are listed and ended one by one, at once', async () => {
    const ann = await aUser(app);
    const other = await app.api<AuthResult>('POST', '/api/v1/auth/login', {
      body: { email: ann.email, password: ann.password },
      headers: { 'user-agent': 'A phone' },
    });
    expect(await statusOfMe(other.body.accessToken)).toBe(200);
    const list = await app.api<Page<Session>>('GET', '/api/v1/auth/sessions', { token: ann.token });
    expect(list.body.items).toHaveLength(2);
    const phone = list.body.items.find(({ userAgent }) => userAgent === 'A phone');
    expect(phone).toMatchObject({ id: other.body.session.id, current: false });
    const end = () => app.api('DELETE', `/api/v1/auth/sessions/${phone?.id}`, { token: ann.token });
    expect((await end()).status).toBe(204);
    expect(await statusOfMe(other.body.accessToken)).toBe(401);
    expect((await refresh(other.body.refreshToken)).status).toBe(401);
    expect(await statusOfMe(ann.token)).toBe(200);
    expect(await end()).toMatchObject({ status: 404, body: { code: 'session.not_found' } });
  });

  it('are ended all but the one that asks, with their refresh tokens, and a key leaves none', async () => {
    const [ann, bob] = [await aUser(app), await aUser(app)];
    const others = await Promise.all(
      [1, 2].map(() =>
        app.api<AuthResult>('POST', '/api/v1/auth/login', { body: { email: ann.email, password: ann.password } }),
      ),
    );
    const { body: made } = await app.api<CreatedKey>('POST', '/api/v1/keys', {
      token: ann.token,
      body: { name: 'x', scopes: ['account:write'] },
    });
    const endOthers = (token: string) => app.api('DELETE', '/api/v1/auth/sessions', { token });
    for (const { body } of others) expect(await statusOfMe(body.accessToken)).toBe(200);
    expect(await endOthers(ann.token)).toMatchObject({ status: 200, body: { ended: 2 } });
    for (const { body } of others) {
      expect(await statusOfMe(body.accessToken)).toBe(401);
      expect((await refresh(body.refreshToken)).status).toBe(401);
    }
    expect([await statusOfMe(ann.token), await statusOfMe(bob.token)]).toEqual([200, 200]);
    expect(await endOthers(made.key)).toMatchObject({ status: 200, body: { ended: 1 } });
    expect([await statusOfMe(ann.token), await statusOfMe(bob.token)]).toEqual([401, 200]);
  });

  it('of others cannot be seen or ended', async () => {
    const [ann, bob] = [await aUser(app), await aUser(app)];
    const { body } = await app.api<Page<Session>>('GET', '/api/v1/auth/sessions', { token: bob.token });
    const id = body.items[0]?.id;
    expect((await app.api('DELETE', `/api/v1/auth/sessions/${id}`, { token: ann.token })).status).toBe(404);
    expect(await statusOfMe(bob.token)).toBe(200);
  });

  it.each(['undefined', 'null', '1', "'--", '%00', '00000000-0000-0000-0000-00000000000g'])(
    'with the id %s are an error',
    async (id) => {
      const { token } = await aUser(app);
      expect((await app.api('DELETE', `/api/v1/auth/sessions/${id}`, { token })).status).toBe(400);
    },
  );

  const idle = (sessionId: string, hours: number): Promise<void> =>
    sql(
      app,
      `UPDATE session SET created_at = created_at - make_interval(hours => $2),
         last_used_at = last_used_at - make_interval(hours => $2), expires_at = expires_at - make_interval(hours => $2)
       WHERE id = $1`,
      [sessionId, hours],
    );
  const signedIn = async () => {
    const ann = await aUser(app);
    return (
      await app.api<AuthResult>('POST', '/api/v1/auth/login', { body: { email: ann.email, password: ann.password } })
    ).body;
  };

  it('end when nobody used them for a week, the refresh token and within a second the access token', async () => {
    const { session, accessToken, refreshToken } = await signedIn();
    expect((Date.parse(session.expiresAt) - Date.parse(session.createdAt)) / 3_600_000).toBeCloseTo(168, 2);
    await idle(session.id, 169);
    expect((await refresh(refreshToken)).status).toBe(401);
    const deadline = Date.now() + 1500;
    while ((await statusOfMe(accessToken)) !== 401) if (Date.now() > deadline) throw new Error('an idle session lives');
  });

  it('live on when they are used, by a refresh or by any other request', async () => {
    const used = await Promise.all([signedIn(), signedIn()]);
    for (const { session } of used) await idle(session.id, 167);
    expect((await refresh(used[0].refreshToken)).status).toBe(200);
    expect(await statusOfMe(used[1].accessToken)).toBe(200);
    for (const { session } of used) await idle(session.id, 167);
    expect(await statusOfMe(used[0].accessToken)).toBe(200);
    expect((await refresh(used[1].refreshToken)).status).toBe(200);
  });

  it('end with a logout, access token and refresh token alike', async () => {
    const ann = await aUser(app);
    expect(await statusOfMe(ann.token)).toBe(200);
    expect((await app.api('POST', '/api/v1/auth/logout', { token: ann.token })).status).toBe(204);
    expect(await statusOfMe(ann.token)).toBe(401);
    expect((await refresh(ann.refreshToken)).status).toBe(401);
  });
});

describe('a browser', () => {
  const signedIn = async (): Promise<Browser> => {
    const browser = new Browser(app);
    const { email } = await aUser(app);
    expect((await browser.api('POST', '/api/v1/auth/login', { body: { email, password: PASSWORD } })).status).toBe(200);
    return browser;
  };

  it('stays signed in by cookies that scripts cannot read', async () => {
    const browser = await signedIn();
    expect([...browser.jar.keys()].sort()).toEqual(['chatbox_access', 'chatbox_refresh']);
    for (const { attributes } of browser.jar.values()) {
      expect(attributes).toMatch(/HttpOnly/i);
      expect(attributes).toMatch(/SameSite=Lax/i);
      expect(attributes).not.toMatch(/Secure/i);
    }
    expect(browser.jar.get('chatbox_access')?.path).toBe('/');
    expect(browser.jar.get('chatbox_refresh')?.path).toBe('/api/v1/auth');
    expect((await browser.api('GET', '/api/v1/auth/me')).status).toBe(200);
    const before = browser.jar.get('chatbox_refresh')?.value;
    expect((await browser.api('POST', '/api/v1/auth/refresh')).status).toBe(200);
    expect(browser.jar.get('chatbox_refresh')?.value).not.toBe(before);
    expect((await browser.api('PATCH', '/api/v1/auth/me', { body: { name: 'Ann' } })).status).toBe(200);
    expect((await browser.api('POST', '/api/v1/auth/logout')).status).toBe(204);
    expect(browser.jar.size).toBe(0);
  });

  it('gets cookies bound to TLS when it came by https', async () => {
    const { email } = await aUser(app);
    const { headers } = await app.api('POST', '/api/v1/auth/login', {
      body: { email, password: PASSWORD },
      headers: { origin: 'https://chat.example', 'x-forwarded-host': 'chat.example', 'x-forwarded-proto': 'https' },
    });
    const cookies = headers.getSetCookie();
    expect(cookies[0]).toMatch(/^__Host-chatbox_access=.*Path=\/;.*Secure/);
    expect(cookies[1]).toMatch(/^__Secure-chatbox_refresh=.*Secure/);
    const cookie = cookies.map((line) => line.split(';', 1)[0]).join('; ');
    expect((await app.api('GET', '/api/v1/auth/me', { headers: { cookie } })).status).toBe(200);
    const out = await app.api('POST', '/api/v1/auth/logout', {
      headers: {
        cookie,
        origin: 'https://chat.example',
        'x-forwarded-host': 'chat.example',
        'x-forwarded-proto': 'https',
      },
    });
    expect(out.status).toBe(204);
    const forgotten = out.headers.getSetCookie().filter((line) => /Max-Age=0/.test(line));
    expect(forgotten.map((line) => line.split('=', 1)[0]).sort()).toEqual([
      '__Host-chatbox_access',
      '__Secure-chatbox_refresh',
      'chatbox_access',
      'chatbox_refresh',
    ]);
  });

  const foreign: [string, Record<string, string>][] = [
    ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another origin and an old browser', { origin: 'https://evil.example', 'sec-fetch-site': '' }],
    ['a sibling', { origin: 'http://sub.127.0.0.1.nip.io', 'sec-fetch-site': 'same-site' }],
    ['another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['the null origin of a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['nonsense', { origin: 'http://[', 'sec-fetch-site': 'same-origin' }],
  ];

  it.each(foreign)('cannot be made to act by %s', async (_, headers) => {
    const browser = await signedIn();
    const { email } = await aUser(app);
    const attacks: [string, string, unknown?][] = [
      ['PATCH', '/api/v1/auth/me', { name: 'Mallory' }],
      ['POST', '/api/v1/auth/logout'],
      ['POST', '/api/v1/auth/refresh'],
      ['POST', '/api/v1/auth/login', { email, password: PASSWORD }],
      ['POST', '/api/v1/auth/register', { email: 'csrf@example.org', password: PASSWORD }],
    ];
    for (const [method, path, body] of attacks)
      expect(await browser.api(method, path, { body, headers })).toMatchObject({
        status: 403,
        body: { code: 'auth.csrf' },
      });
    expect((await browser.api('GET', '/api/v1/auth/me')).body).toMatchObject({ name: null });
  });

  it('HARDENING 15: cannot be made to refresh by a request that does not say where it comes from', async () => {
    const browser = await signedIn();
    const cookies = browser.cookiesFor('/api/v1/auth/refresh');
    const bare = await app.api('POST', '/api/v1/auth/refresh', { headers: { ...cookies } });
    expect(bare).toMatchObject({ status: 403, body: { code: 'auth.csrf' } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'HARDENING 15: cannot post a form: %s',
    async (type) => {
      const browser = await signedIn();
      for (const body of [undefined, '{}']) {
        const answer = await browser.api('POST', '/api/v1/auth/refresh', { body, headers: { 'content-type': type } });
        expect(answer).toMatchObject({ status: 415, body: { code: 'request.unsupported_media_type' } });
      }
    },
  );

  it('may act from an origin that the operator has named', async () => {
    const browser = await signedIn();
    const headers = { origin: 'https://friend.example', 'sec-fetch-site': 'cross-site' };
    expect((await browser.api('PATCH', '/api/v1/auth/me', { body: { name: 'Ann' }, headers })).status).toBe(200);
  });
});

it('asks no program where it comes from when it brings a token', async () => {
  const { token } = await aUser(app);
  const headers = { origin: 'https://tool.example', 'sec-fetch-site': 'cross-site' };
  expect((await app.api('PATCH', '/api/v1/auth/me', { token, headers, body: { name: 'Ann' } })).status).toBe(200);
});
