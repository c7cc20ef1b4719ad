import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';
import { processesOn } from '../test/processes.ts';
import { figuresTable, type Report } from './report.ts';

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

it('finds every promise kept while replicas, Redis and the database die; interrupted, it leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-drill-'));
  const data = join(folder, 'data');
  const report = join(folder, 'report');
  const rest = [
    '--lease',
    '3',
    '--runs',
    String(RUNS + 1),
    '--seed',
    '1',
    '--json',
    '--data-dir',
    data,
    '--report',
    report,
  ];
  const child = drill(['--short', ...rest]);
  const ended = printed(child);
  let runs = 0;
  for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
    if (/^\S+ (ok|BAD) /.test(line)) runs += 1;
    if (runs === RUNS && !child.killed) child.kill('SIGINT');
  }
  const { code, out, errors } = await ended;
  try {
    expect(errors.replace(/^(?!.*BAD).*$/gm, '').trim()).toBe('');
    const told = JSON.parse(out) as { figures: object };
    expect(told).toMatchObject({ seed: 1, runs: RUNS, bad: 0 });
    // Somebody's answer was under way when its replica died or stood still; in which of the runs is the scheduler's choice.
    expect(Object.keys(told.figures)).toContainEqual(expect.stringMatching(/^R1 .* to the next words, ms$/));
    expect(code).toBe(1);
    // What was interrupted has a whole report, and can be gone on with.
    const written = JSON.parse(readFileSync(join(report, 'drill.json'), 'utf8')) as Report;
    expect(written.runs.map(({ run, seed }) => [run, seed])).toEqual([1, 2, 3, 4].map((run) => [run, run]));
    expect(readFileSync(join(report, 'drill.md'), 'utf8')).toContain(figuresTable(written));
    expect(processesOn(folder)).toEqual([]);
  } finally {
    for (const name of ['a', 'b']) await removeFolder(join(data, '1', 'postgres', name, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
