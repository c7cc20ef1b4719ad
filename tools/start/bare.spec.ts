import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive } from '../../apps/api/src/common/process-identity.ts';
import { freePort } from '../../apps/api/src/database/free-port.ts';
import { callApi } from '../../apps/api/test/harness/api.ts';
import { aChat, readToEnd } from '../../apps/api/test/support/chat.ts';
import { forgetBuild, makeBareCheckout, plainPath, removeBareCheckout } from './bare-checkout.ts';
import { listenTo, opened, type Started } from './started.ts';

const root = resolve(__dirname, '../..');
/** Where nothing of this build is kept, everything is built here. */
const BUILD_PATIENCE_MILLISECONDS = 400_000;

let bare: string;
let env: NodeJS.ProcessEnv;
let started: Started | undefined;
beforeAll(async () => {
  bare = await makeBareCheckout(root);
  const { PATH, HOME } = process.env;
  env = { PATH: plainPath(PATH), HOME, DISCOVER_LOCAL_MODELS: 'false' };
}, BUILD_PATIENCE_MILLISECONDS);
afterAll(async () => {
  started?.child.kill('SIGTERM');
  await started?.ended;
  await removeBareCheckout(bare);
}, 60_000);

// Each begins where the one before it has built nothing.
beforeEach(() => forgetBuild(bare));

const npm = (...args: string[]): string =>
  execFileSync('npm', args, { cwd: bare, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

it('every tool answers where nothing is built, and the generated pages are what they are here', () => {
  const { scripts } = JSON.parse(readFileSync(join(bare, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const tools = Object.keys(scripts).filter((name) => scripts[name]?.endsWith(`tools/${name}/main.ts`));
  const needingLibraries = tools.filter((name) => name !== 'test');
  expect(needingLibraries.length).toBeGreaterThan(4);
  // The first one builds what all of them read; that each would have done so stands in its script.
  for (const name of needingLibraries) expect(scripts[name]).toContain('--import ./tools/start/libs.mjs');
  for (const name of ['test', ...needingLibraries]) expect(npm('run', '-s', name, '--', '--help')).toContain('npm');

  npm('run', '-s', 'docs');
  for (const page of ['docs/configuration.md', 'docs/api/asyncapi.json'])
    expect(readFileSync(join(bare, page), 'utf8')).toBe(readFileSync(join(root, page), 'utf8'));
}, 120_000);

it(
  'npm start opens a chat that answers, and leaves nothing behind',
  async () => {
    const port = await freePort();
    const child = spawn('npm', ['start', '--', '--port', String(port)], {
      cwd: bare,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started = listenTo(child);
    await opened(started);
    const url = /Open\s+(http\S+)/.exec(started.output())?.[1] ?? 'nowhere';
    expect(url).toBe(`http://localhost:${port}`);
    for (const path of ['/', '/health/ready'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);

    const door = {
      url,
      api: <T>(method: string, path: string, request?: Parameters<typeof callApi>[3]) =>
        callApi<T>(url, method, path, request),
    };
    const chat = await aChat(door);
    const { generation } = await chat.ask(`count to 3 (${randomUUID()})`);
    const screen = await readToEnd(door, chat.who.token, generation.id);
    expect(screen.end?.status).toBe('completed');
    expect(screen.text).toContain('three');

    const database = Number(readFileSync(join(bare, '.data/postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    child.kill('SIGTERM');
    await started.ended;
    expect(started.output()).toContain('stopped');
    expect([isAlive(database), existsSync(join(bare, '.data/lock'))]).toEqual([false, false]);
  },
  BUILD_PATIENCE_MILLISECONDS,
);
