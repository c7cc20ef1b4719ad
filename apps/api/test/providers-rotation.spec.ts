import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Connection, ConnectionTest, ModelList } from '@chatbox/contracts';
import { startMockModel } from '../../../tools/mock-model/server.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser, PASSWORD } from './harness/people.ts';
import { startTestApp } from './harness/test-app.ts';

const OLD = 'the old master key, which is long enough';
const NEW = 'the new master key, which is long enough';
const KEY = 'sk-canary-rotated-key-0123456789';

const rotate = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [resolve(__dirname, '../../../tools/rotate-keys/main.ts')], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });

it('seals stored keys with a new master key, after which the old one can go', async () => {
  const mock = await startMockModel({ key: KEY });
  const database = await cloneDatabase();
  const settings = { DATABASE_URL: database.url };
  let app = await startTestApp({ ...settings, MASTER_KEY: OLD });
  const owner = await aUser(app);
  const draft = { name: 'Kept', slug: 'kept', kind: 'openai', baseUrl: `${mock.url}/v1`, key: KEY };
  const { body: made } = await app.api<Connection>('POST', '/api/v1/admin/connections', {
    token: owner.token,
    body: draft,
  });
  await app.close();

  const { DATA_DIR } = app.config;
  const { stdout, stderr } = await rotate({ ...settings, DATA_DIR, MASTER_KEY: `${NEW},${OLD}` });
  expect(stdout).toContain('1 encrypted again');
  expect(stdout + stderr).not.toMatch(/canary|master key, which/);
  expect((await rotate({ ...settings, DATA_DIR, MASTER_KEY: `${NEW},${OLD}` })).stdout).toContain(
    '0 encrypted again, 1 had',
  );

  const signIn = async () => {
    const body = { email: owner.email, password: PASSWORD };
    return (await app.api<{ accessToken: string }>('POST', '/api/v1/auth/login', { body })).body.accessToken;
  };
  app = await startTestApp({ ...settings, MASTER_KEY: NEW });
  let token = await signIn();
  const test = await app.api<ConnectionTest>('POST', `/api/v1/admin/connections/${made.id}/test`, { token });
  expect(test.body).toMatchObject({ ok: true });
  await app.close();

  // The other way round: the old key alone opens nothing any more, says so, and nothing falls over.
  app = await startTestApp({ ...settings, MASTER_KEY: OLD });
  token = await signIn();
  const list = (await app.api<ModelList>('GET', '/api/v1/models', { token })).body;
  expect(list.problems).toMatchObject([{ connectionId: made.id, code: 'provider.bad_key' }]);
  await app.close();
  await expect(rotate({ ...settings, DATA_DIR, MASTER_KEY: OLD })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"Kept"'),
  });

  await database.drop();
  await mock.close();
}, 60_000);
