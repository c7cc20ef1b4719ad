import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';

const root = resolve(__dirname, '../..');
const RUNS = 4;

const drill = (args: string[]): ChildProcess =>
  spawn(process.execPath, ['--import', './tools/start/libs.mjs', join(root, 'tools/drill/main.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const printed = async (child: ChildProcess): Promise<{ code: number | null; out: string; errors: string }> => {
  let [out, errors] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, errors };
};

/** Processes that name this folder in their command or their environment. */
const processesOn = (folder: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder));
    } catch {
      return false;
    }
  });

it('explains itself, and refuses options and scenarios by their names', async () => {
  const help = await printed(drill(['--help']));
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('kill-owner')]);
  const wrong = await printed(drill(['--only', 'earthquake']));
  expect([wrong.code, wrong.out, wrong.errors]).toEqual([2, '', expect.stringContaining('earthquake')]);
});

it('finds every promise kept while replicas, Redis and the database die; interrupted, it leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-drill-'));
  const data = join(folder, 'data');
  const child = drill(['--short', '--runs', String(RUNS + 1), '--seed', '1', '--json', '--data-dir', data]);
  const ended = printed(child);
  let runs = 0;
  for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
    if (/^\S+ (ok|BAD) /.test(line)) runs += 1;
    if (runs === RUNS && !child.killed) child.kill('SIGINT');
  }
  const { code, out, errors } = await ended;
  try {
    expect(errors.replace(/^(?!.*BAD).*$/gm, '').trim()).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      seed: 1,
      runs: RUNS,
      bad: 0,
      // Somebody's answer was under way when its replica died.
      figures: { 'R1 from the end of the lease to the next words, ms': { count: expect.any(Number) } },
    });
    expect(code).toBe(1);
    expect(processesOn(folder)).toEqual([]);
  } finally {
    for (const name of ['a', 'b']) await removeFolder(join(data, 'postgres', name, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
