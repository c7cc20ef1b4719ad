import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../apps/api/src/database/free-port.ts';
import type { Lab } from '../lab.ts';
import { Product, ROOT } from '../product.ts';
import type { Row } from '../report.ts';

const FIRST_START_SECONDS = 600;

/** P15: how long after its PostgreSQL the API is ready, and how long the whole command takes when it is used again. */
export const start = async (lab: Lab): Promise<Row[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-bench-start-'));
  try {
    return [
      {
        goal: 'P15',
        what: 'API ready, after PostgreSQL is',
        unit: 's',
        ours: await afterPostgres(lab, join(folder, 'api')),
        baseline: undefined,
        limit: { kind: 'self', most: 1.5 },
      },
      {
        goal: 'P15',
        what: 'npm start, again, ready',
        unit: 's',
        ours: await wholeCommand(lab, join(folder, 'all')),
        baseline: undefined,
        limit: { kind: 'self', most: 10 },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const afterPostgres = async (lab: Lab, dataFolder: string): Promise<number[]> => {
  await mkdir(dataFolder);
  const upstream = await lab.upstream();
  const seconds: number[] = [];
  for (let round = 0; round <= lab.rounds; round += 1) {
    lab.say(`P15: start ${round} of ${lab.rounds} of the API`);
    const starting = Product.start({ upstream, dataFolder });
    const waiting = new AbortController();
    const postgres = readyAt(join(dataFolder, 'postgres/postmaster.pid'), waiting.signal);
    const product = await starting.finally(() => waiting.abort());
    // The first start makes the cluster and compiles the code; it is another figure.
    if (round > 0) seconds.push((performance.now() - (await postgres)) / 1000);
    await product.stop();
  }
  return seconds;
};

/** The eighth line is PostgreSQL's own word for its state: https://www.postgresql.org/docs/current/storage-file-layout.html */
const readyAt = async (path: string, signal: AbortSignal): Promise<number> => {
  for (;;) {
    const state = (await readFile(path, 'utf8').catch(() => '')).split('\n')[7]?.trim();
    if (state === 'ready') return performance.now();
    if (signal.aborted) return Number.NaN;
    await pause(5);
  }
};

/** The door that people use, npm and its children included, until the command says where to go. */
const wholeCommand = async (lab: Lab, dataFolder: string): Promise<number[]> => {
  const seconds: number[] = [];
  for (let round = 0; round <= lab.rounds; round += 1) {
    lab.say(
      `P15: npm start, ${round === 0 ? 'the first time, which builds and is not counted' : `again, ${round} of ${lab.rounds}`}`,
    );
    const began = performance.now();
    const port = String(await freePort());
    const child = spawn('npm', ['start', '--', '--port', port, '--data-dir', dataFolder], {
      cwd: ROOT,
      env: { ...process.env, DISCOVER_LOCAL_MODELS: 'false', NODE_ENV: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const gone = once(child, 'exit');
    await said(child.stdout, 'Open ', round === 0 ? FIRST_START_SECONDS : 60);
    if (round > 0) seconds.push((performance.now() - began) / 1000);
    child.kill('SIGTERM');
    await gone;
  }
  return seconds;
};

const said = (output: NodeJS.ReadableStream, word: string, seconds: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(new Error(`npm start is not ready after ${seconds} s:\n${text}`)),
      seconds * 1000,
    );
    output.on('data', (data: Buffer) => {
      text += data.toString();
      if (!text.includes(word)) return;
      clearTimeout(timer);
      resolve();
    });
    output.on('end', () => {
      clearTimeout(timer);
      reject(new Error(`npm start ended:\n${text}`));
    });
  });
