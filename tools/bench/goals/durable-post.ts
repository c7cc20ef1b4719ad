import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { interleave } from '../interleave.ts';
import type { Lab } from '../lab.ts';
import type { Row } from '../report.ts';
import { percentile } from '../statistics.ts';

interface Measured {
  perSecond: number;
  p99: number;
}

const CLIENTS = 8;
const TABLE = `CREATE TABLE IF NOT EXISTS bench_insert (
  id uuid PRIMARY KEY, seq bigint GENERATED ALWAYS AS IDENTITY, text text NOT NULL, at timestamptz NOT NULL DEFAULT now())`;
const INSERT = `INSERT INTO bench_insert (id, text) VALUES (gen_random_uuid(), repeat('x', 40))`;

/** P8: a message that is durable when it is acknowledged, 8 at once, beside one INSERT into the same PostgreSQL. */
export const durablePost = async (lab: Lab): Promise<Row[]> => {
  const product = await lab.product();
  const url = await product.databaseUrl();
  await withClient(url, (client) => client.query(TABLE));
  const tokens = await product.people(CLIENTS);
  const conversations = await Promise.all(tokens.map((token) => product.conversation(token)));
  const seconds = lab.short ? 1 : 2;
  const post = async (hand: number): Promise<void> => {
    await product.call('POST', `/api/v1/conversations/${conversations[hand]}/messages`, tokens[hand], {
      clientMessageId: crypto.randomUUID(),
      content: 'Say one word. [[tokens:1]]',
      parentId: null,
    });
  };
  const program = findPgbench();
  const inserts = program ? 'pgbench INSERT' : 'INSERT from Node';
  const contenders = [
    { name: inserts, measure: () => (program ? pgbench(program, url, seconds) : inserting(url, seconds)) },
    { name: 'POST', measure: () => byHands(seconds, post) },
  ];
  const say = (line: string): void => lab.say(`P8: ${line}`);
  const results = await interleave(contenders, lab.rounds, say, ({ measure }) => measure());
  const of = (name: string, figure: keyof Measured): number[] =>
    (results.get(name) ?? []).map((round) => round[figure]);
  return [
    {
      goal: 'P8',
      what: `durable message POST, ${CLIENTS} at once, p99`,
      unit: 'ms',
      ours: of('POST', 'p99'),
      baseline: { name: inserts, values: of(inserts, 'p99') },
      limit: { kind: 'times', most: 4 },
    },
    {
      goal: 'P8',
      what: `durable message POST, ${CLIENTS} at once, rate; each begins an answer of one token`,
      unit: '/s',
      ours: of('POST', 'perSecond'),
      baseline: { name: inserts, values: of(inserts, 'perSecond') },
      limit: { kind: 'times', least: 0.25 },
    },
  ];
};

/** So many hands, each doing it again as soon as it is done. */
const byHands = async (seconds: number, act: (hand: number) => Promise<void>): Promise<Measured> => {
  const began = performance.now();
  const until = began + seconds * 1000;
  const taken: number[] = [];
  const work = async (hand: number): Promise<void> => {
    while (performance.now() < until) {
      const from = performance.now();
      await act(hand);
      taken.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, hand) => work(hand)));
  return { perSecond: (taken.length * 1000) / (performance.now() - began), p99: percentile(taken, 0.99) };
};

const inserting = async (url: string, seconds: number): Promise<Measured> => {
  const pool = new pg.Pool({ connectionString: url, max: CLIENTS });
  try {
    return await byHands(seconds, async () => {
      await pool.query({ name: 'insert', text: INSERT });
    });
  } finally {
    await pool.end();
  }
};

const pgbench = async (program: string, url: string, seconds: number): Promise<Measured> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-pgbench-'));
  try {
    const script = join(folder, 'insert.sql');
    await writeFile(script, `${INSERT};\n`);
    const flags = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', String(seconds), '-f', script];
    const { hostname, port, username, password, pathname } = new URL(url);
    const where = ['-h', hostname, '-p', port, '-U', username, '--log', pathname.slice(1)];
    await run(program, [...flags, ...where], folder, decodeURIComponent(password));
    const taken: number[] = [];
    for (const name of await readdir(folder)) {
      if (!name.startsWith('pgbench_log')) continue;
      // client, transaction, microseconds, …: https://www.postgresql.org/docs/current/pgbench.html
      for (const line of (await readFile(join(folder, name), 'utf8')).trim().split('\n'))
        taken.push(Number(line.split(' ')[2]) / 1000);
    }
    return { perSecond: taken.length / seconds, p99: percentile(taken, 0.99) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const run = (program: string, args: string[], cwd: string, password: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env.PATH, PGPASSWORD: password },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`pgbench ended with ${code}: ${said}`))));
  });

/** From PATH, or where Debian puts it. */
const findPgbench = (): string | undefined => {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions];
  return folders.map((folder) => join(folder, 'pgbench')).find((path) => existsSync(path));
};

const withClient = async (url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
};
