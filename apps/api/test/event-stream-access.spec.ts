import { createHmac } from 'node:crypto';
import type { AuthResult, CreatedKey } from '@chatbox/contracts';
import { aUser } from './harness/people.ts';
import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, follow } from './support/chat.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const WITHIN_MILLISECONDS = 1200;

/** Somebody who follows a long answer with what `credential` gives them, and has seen the first of it. */
const aReader = async (credential: (token: string) => Promise<string> | string = (token) => token) => {
  const ann = await aUser(app);
  const { generation } = await (await aChat(app, ann)).ask('tell me a long story');
  const began = Promise.withResolvers<void>();
  const read = async () => {
    for await (const event of follow(app, await credential(ann.token), generation.id)) {
      began.resolve();
      if (event.type === 'end') return 'ended';
    }
    return 'cut';
  };
  const outcome = read().catch(() => 'cut');
  await began.promise;
  return { ann, outcome, path: `/api/v1/generations/${generation.id}/events` };
};
const aKey = async (token: string): Promise<CreatedKey> =>
  (await app.api<CreatedKey>('POST', '/api/v1/keys', { token, body: { name: 'x', scopes: ['chat:read'] } })).body;
const cutAfter = async (outcome: Promise<string>, act: () => Promise<unknown>): Promise<void> => {
  const began = performance.now();
  await act();
  expect(await outcome).toBe('cut');
  expect(performance.now() - began).toBeLessThan(WITHIN_MILLISECONDS);
};

/** The same token, that ends so many milliseconds from now. */
const endingSoon = (token: string, milliseconds: number): string => {
  const [header = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const exp = (Date.now() + milliseconds) / 1000;
  const body = `${header}.${Buffer.from(JSON.stringify({ ...claims, exp: Math.ceil(exp) })).toString('base64url')}`;
  return `${body}.${createHmac('sha256', app.config.JWT_SECRET).update(body).digest('base64url')}`;
};

describe('HARDENING 8 and 44: an open stream of events ends within a second', () => {
  it('of the logout', async () => {
    const { ann, outcome } = await aReader();
    await cutAfter(outcome, () => app.api('POST', '/api/v1/auth/logout', { token: ann.token }));
  });

  it('of the end of its session from another device', async () => {
    const { ann, outcome } = await aReader();
    const { email, password } = ann;
    const { body } = await app.api<AuthResult>('POST', '/api/v1/auth/login', { body: { email, password } });
    const { body: sessions } = await app.api<{ items: { id: string; current: boolean }[] }>(
      'GET',
      '/api/v1/auth/sessions',
      { token: body.accessToken },
    );
    const there = sessions.items.find(({ current }) => !current);
    await cutAfter(outcome, () => app.api('DELETE', `/api/v1/auth/sessions/${there?.id}`, { token: body.accessToken }));
  });

  it('of the revocation of its key', async () => {
    let key: CreatedKey | undefined;
    const { ann, outcome } = await aReader(async (token) => {
      key = await aKey(token);
      return key.key;
    });
    await cutAfter(outcome, () => app.api('DELETE', `/api/v1/keys/${key?.id}`, { token: ann.token }));
  });

  it('of the time when nobody has used its session for too long, and no hint tells', async () => {
    const { ann, outcome } = await aReader();
    const idle = `UPDATE session SET expires_at = clock_timestamp() WHERE account_id = $1`;
    await cutAfter(outcome, () => sql(app, idle, [ann.user.id]));
  });

  it('of the end of its token, though the session lives', async () => {
    const { ann, outcome, path } = await aReader((token) => endingSoon(token, 1000));
    const began = performance.now();
    expect(await outcome).toBe('cut');
    expect(performance.now() - began).toBeLessThan(2000 + WITHIN_MILLISECONDS);
    const again = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${ann.token}` } });
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
});
