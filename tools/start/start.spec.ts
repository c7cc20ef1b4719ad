import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAlive } from '../../apps/api/src/common/process-identity.ts';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';
import { freePort } from '../../apps/api/src/database/free-port.ts';
import { listenTo, opened, type Started } from './started.ts';

const root = resolve(__dirname, '../..');

/** `npm start`, as a person starts it, with settings of its own. */
const chatbox = (args: string[], env: Record<string, string> = {}): Started => {
  const child = spawn(process.execPath, [join(root, 'tools/start/main.mjs'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DISCOVER_LOCAL_MODELS: 'false', DRAIN_SECONDS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return listenTo(child);
};

const answers = async (url: string): Promise<number> => {
  const until = Date.now() + 20_000;
  for (;;) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200 || Date.now() > until) return status;
  }
};

const gone = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await new Promise((turn) => setImmediate(turn));
};
const apiPid = (folder: string): number =>
  (JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as { pid: number }).pid;
const databasePid = (folder: string): number =>
  Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

let folder: string;
let port: number;
let started: Started[];
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'chatbox-start-')), 'data');
  port = await freePort();
  started = [];
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGTERM');
  await Promise.all(started.map(({ ended }) => ended));
  await removeFolder(join(folder, 'postgres'));
  await rm(join(folder, '..'), { recursive: true, force: true });
});
const start = (args: string[] = [], env: Record<string, string> = {}): Started => {
  const one = chatbox(['--port', String(port), '--data-dir', folder, ...args], env);
  started.push(one);
  return one;
};

it('opens, survives the death of its API, refuses a second one on its data, and leaves nothing behind', async () => {
  const service = start();
  await opened(service);
  for (const host of ['127.0.0.1', 'localhost']) expect(await answers(`http://${host}:${port}/`)).toBe(200);
  expect(await answers(`http://127.0.0.1:${port}/health/ready`)).toBe(200);
  const [api, database] = [apiPid(folder), databasePid(folder)];

  process.kill(api, 'SIGKILL');
  await gone(api);
  expect(await answers(`http://127.0.0.1:${port}/health/ready`)).toBe(200);
  expect(databasePid(folder)).toBe(database);
  expect(apiPid(folder)).not.toBe(api);

  const second = chatbox(['--port', String(await freePort()), '--data-dir', folder]);
  expect(await second.ended).not.toBe(0);
  expect(second.output()).toContain(`in use by process ${apiPid(folder)}`);
  expect(await answers(`http://127.0.0.1:${port}/health/ready`)).toBe(200);

  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  expect([isAlive(database), existsSync(join(folder, 'lock'))]).toEqual([false, false]);
});

it('heals what a power loss leaves: lock, socket files and the number of a database that is no more', async () => {
  const first = start();
  await opened(first);
  const [api, database] = [apiPid(folder), databasePid(folder)];
  process.kill(database, 'SIGKILL');
  first.child.kill('SIGKILL');
  process.kill(api, 'SIGKILL');
  await Promise.all([gone(api), gone(database), first.ended]);
  // The number has been given to somebody else meanwhile: to this test.
  const pidFile = join(folder, 'postgres/postmaster.pid');
  await writeFile(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(process.pid)));

  const again = start();
  await opened(again);
  expect(await answers(`http://127.0.0.1:${port}/health/ready`)).toBe(200);
});

it('names the program that has its port', async () => {
  const other = createServer();
  other.listen(port, '127.0.0.1');
  await once(other, 'listening');
  const service = start();
  expect(await service.ended).not.toBe(0);
  expect(service.output()).toMatch(new RegExp(`Port ${port} is taken by process ${process.pid} `));
  expect(service.output()).not.toMatch(/^\s+at /m);
  other.close();
});

it('names every wrong setting and never a value', async () => {
  const service = start([], {
    LOG_LEVEL: 'deafening',
    DATABASE_URL: 'canary-1',
    JWT_SECRET: 'canary-2',
    PUBLIC_URL: 'canary-3',
  });
  expect(await service.ended).toBe(78);
  for (const name of ['LOG_LEVEL', 'DATABASE_URL', 'JWT_SECRET', 'PUBLIC_URL'])
    expect(service.output()).toContain(`${name}: `);
  expect(service.output()).not.toMatch(/canary|deafening/);
  expect(await readdir(join(folder, '..'))).toEqual([]);
});

it('refuses data of a newer version', async () => {
  const first = start();
  await opened(first);
  first.child.kill('SIGTERM');
  await first.ended;
  await writeFile(join(folder, 'version.json'), JSON.stringify({ format: 99, version: '9.0.0' }));
  const service = start();
  expect(await service.ended).not.toBe(0);
  expect(service.output()).toContain('written by a newer version of Chatbox (9.0.0)');
});
