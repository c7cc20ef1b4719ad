import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../apps/api/src/common/process-identity.ts';
import { openRunFolder } from './run-folder.ts';

/** A run that opens its folder, starts a database in it the way the tests of the API do, says where, and stays. */
const RUN = `
import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRunFolder } from '${__dirname}/run-folder.ts';
import { startPostgres } from '${__dirname}/../../apps/api/src/database/embedded-postgres.ts';
const { path } = await openRunFolder();
const folder = await mkdtemp(join(tmpdir(), 'chatbox-test-'));
if (process.argv.includes('--database')) await startPostgres({ DATA_DIR: folder, DATABASE_URL: undefined });
const postmaster = await readFile(join(folder, 'postgres/postmaster.pid'), 'utf8').catch(() => '0');
// As the supervisor of a service does that outlives whoever started it.
const service = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', '--data-dir', join(folder, 'data')]);
console.log(JSON.stringify({ path, folder, service: service.pid, database: Number(postmaster.split('\\n')[0]) }));
setInterval(() => undefined, 1000);
`;

interface Said {
  path: string;
  folder: string;
  database: number;
  service: number;
}

let above: string;
const before = process.env.TMPDIR;
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'chatbox-runs-'));
  await chmod(above, 0o755);
});
afterEach(async () => {
  await rm(above, { recursive: true, force: true });
});

async function aRun(...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', RUN, '--', ...args], {
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: above },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { ...(JSON.parse(line.toString()) as Said), kill };
}

it('clears away what a killed run has left, its database too, and touches nothing of one that lives', async () => {
  const [dead, alive] = [await aRun('--database'), await aRun()];
  const linked = existsSync(join(dead.folder, 'postgres')) ? linkOf(join(dead.folder, 'postgres')) : null;
  await dead.kill();
  expect([isAlive(dead.database), isAlive(dead.service), existsSync(dead.path)]).toEqual([true, true, true]);

  const run = await openRunFolder(above);
  expect([isAlive(dead.database), isAlive(dead.service), existsSync(dead.path)]).toEqual([false, false, false]);
  if (linked) expect(existsSync(linked)).toBe(false);
  expect([existsSync(alive.folder), isAlive(alive.service)]).toEqual([true, true]);
  expect(process.env.TMPDIR).toBe(run.path);

  await run.close();
  expect([existsSync(run.path), process.env.TMPDIR]).toEqual([false, before]);
  await alive.kill();
  process.kill(alive.service);
}, 60_000);

const linkOf = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
};
