import type { AuthResult } from '@chatbox/contracts';
import { readConfig } from '../src/config/read-config.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser } from './harness/people.ts';
import { startTestApp } from './harness/test-app.ts';

const OLD = 'the secret that signed access tokens until today';
const NEW = 'the secret that signs access tokens from now on';

const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

it('JWT_SECRET is replaced without signing anybody out: old ones verify, the first signs', async () => {
  const database = await cloneDatabase();
  const during = async <T>(JWT_SECRET: string, work: (app: Awaited<ReturnType<typeof startTestApp>>) => Promise<T>) => {
    const app = await startTestApp({ DATABASE_URL: database.url, JWT_SECRET });
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  };
  const ann = await during(OLD, (app) => aUser(app));
  const statusOf = (token: string) => (app: Awaited<ReturnType<typeof startTestApp>>) =>
    app.api('GET', '/api/v1/auth/me', { token }).then(({ status }) => status);
  const fresh = await during(`${NEW}, ${OLD}`, async (app) => {
    expect(await statusOf(ann.token)(app)).toBe(200);
    const { body } = await app.api<AuthResult>('POST', '/api/v1/auth/refresh', {
      body: { refreshToken: ann.refreshToken },
    });
    expect(kidOf(body.accessToken)).not.toBe(kidOf(ann.token));
    return body.accessToken;
  });
  await during(NEW, async (app) => {
    expect([await statusOf(fresh)(app), await statusOf(ann.token)(app)]).toEqual([200, 401]);
  });
  await database.drop();
}, 40_000);

it.each([
  ['JWT_SECRET', { JWT_SECRET: `${NEW},short` }],
  ['MAIL_FROM', { SMTP_URL: 'smtp://user:canary-secret@127.0.0.1' }],
  [
    'SMTP_URL',
    { SMTP_URL: 'http://user:canary-secret@127.0.0.1', MAIL_FROM: 'a@example.org', PUBLIC_URL: 'https://x.example' },
  ],
  ['OIDC_ISSUER', { OIDC_ISSUER: 'http://id.example.org', OIDC_CLIENT_ID: 'x', PUBLIC_URL: 'https://x.example' }],
  ['OIDC_CLIENT_ID', { OIDC_ISSUER: 'https://id.example.org', PUBLIC_URL: 'https://x.example' }],
  ['PUBLIC_URL', { OIDC_ISSUER: 'https://id.example.org', OIDC_CLIENT_ID: 'x' }],
  ['OIDC_ROLE_MAP', { OIDC_ROLE_CLAIM: 'groups' }],
  ['OIDC_ROLE_MAP', { OIDC_ROLE_CLAIM: 'groups', OIDC_ROLE_MAP: 'staff=owner' }],
])('a start with a wrong or lonely setting names %s, and no value', (name, settings) => {
  const start = () =>
    readConfig({ NODE_ENV: 'test', JWT_SECRET: NEW, SESSION_SECRET: NEW, MASTER_KEY: NEW, ...settings });
  expect(start).toThrow(name);
  expect(start).not.toThrow(/canary|staff=|short/);
});
