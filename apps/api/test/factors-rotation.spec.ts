import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { cloneDatabase } from './harness/databases.ts';
import { startTestApp } from './harness/test-app.ts';
import { aGuardedUser, challengeOf, finish, totpCode } from './support/factors.ts';

const OLD = 'the old master key, which is long enough';
const NEW = 'the new master key, which is long enough';

it('an authenticator app outlives the master key that its secret was sealed with', async () => {
  const database = await cloneDatabase();
  const settings = { DATABASE_URL: database.url };
  const before = await startTestApp({ ...settings, MASTER_KEY: OLD });
  const ann = await aGuardedUser(before);
  await before.close();

  const { stdout } = await promisify(execFile)(
    process.execPath,
    [resolve(__dirname, '../../../tools/rotate-keys/main.ts')],
    {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        ...settings,
        DATA_DIR: before.config.DATA_DIR,
        MASTER_KEY: `${NEW},${OLD}`,
      },
    },
  );
  expect(stdout).toContain('1 encrypted again');
  expect(stdout).not.toContain(ann.secret);

  const after = await startTestApp({ ...settings, MASTER_KEY: NEW });
  const done = await finish(after, { challenge: await challengeOf(after, ann), totp: totpCode(ann.secret) });
  expect(done.status).toBe(200);
  await after.close();
  await database.drop();
});
