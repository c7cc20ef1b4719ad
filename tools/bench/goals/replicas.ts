import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conversation } from '@chatbox/contracts';
import { removeFolder } from '../../../apps/api/src/database/database-user.ts';
import { Cluster, type Replica } from '../../cluster/cluster.ts';
import { Crowd } from '../../drill/crowd.ts';
import { CpuShare } from '../cpu-share.ts';
import type { Lab } from '../lab.ts';
import { LIMITS } from '../product.ts';
import type { Row } from '../report.ts';
import { Seat } from '../seat.ts';
import { contentOf, type Wish } from '../stream.ts';

const REPLICAS = 2;
/** Of one processor, for each replica: together less than is left for the model, the readers and the databases. */
const SHARE = 0.25;
const WISH: Wish = { tokens: 200, delayMilliseconds: 10 };

/** P10: answers that are streamed to their ends by one replica and by two, each with the same share of a processor. */
export const replicas = async (lab: Lab): Promise<Row[]> => {
  const row = (two: number[], one: number[], missing?: string): Row => ({
    goal: 'P10',
    what: `answers of ${WISH.tokens} tokens streamed by ${REPLICAS} replicas, ${SHARE * 100} % of a core each`,
    unit: '/s',
    ours: two,
    baseline: { name: 'one replica', values: one },
    limit: { kind: 'times', least: 1.8 },
    ...(missing !== undefined && { missing }),
  });
  const shares: CpuShare[] = [];
  try {
    for (let count = 0; count < REPLICAS; count += 1) shares.push(CpuShare.of(SHARE));
  } catch (error) {
    return [row([], [], String(error instanceof Error ? error.message : error))];
  }
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-bench-cluster-'));
  const upstream = await lab.upstream();
  const lives = new AsyncDisposableStack();
  lives.defer(async () => {
    for (const name of ['a', 'b']) await removeFolder(join(folder, 'postgres', name, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  });
  try {
    lab.say('P10: starting a cluster');
    const env = {
      PATH: process.env.PATH,
      ...LIMITS,
      OPENAI_API_KEY: 'bench',
      OPENAI_BASE_URL: `${upstream}/v1`,
      DISCOVER_LOCAL_MODELS: 'false',
    };
    const cluster = await Cluster.open({ replicas: REPLICAS, port: 0, page: false, dataFolder: folder, env });
    lives.defer(() => cluster.close());
    const crowd = new Crowd(cluster.url);
    const atOnce = lab.short ? 30 : 60;
    const rows = await Promise.all(
      cluster.replicas.map((replica, index) => seatsAt(replica, crowd, index * atOnce, atOnce)),
    );
    lives.defer(() => {
      for (const seat of rows.flat()) seat.leave();
    });
    const pids = cluster.replicas.map((replica) => replica.process.pid);
    for (const [index, share] of shares.entries()) share.add(pids[index] ?? 0);
    // A replica that stops is not to be slow as well.
    lives.defer(() => {
      for (const share of shares.splice(0)) share.close(pids);
    });
    const seconds = lab.short ? 4 : 8;
    // What runs for the first time is compiled, and with a share of a processor that takes its time.
    await answersPerSecond(rows.flat(), seconds);
    const [two, one]: [number[], number[]] = [[], []];
    for (let round = 0; round < lab.rounds; round += 1) {
      one.push(await answersPerSecond(rows[round % REPLICAS] ?? [], seconds));
      two.push(await answersPerSecond(rows.flat(), seconds));
      lab.say(`P10: round ${round + 1} of ${lab.rounds}: ${one.at(-1)?.toFixed(1)} and ${two.at(-1)?.toFixed(1)}`);
    }
    return [row(two, one)];
  } finally {
    await lives.disposeAsync();
    for (const share of shares) share.close([]);
  }
};

/** People with a conversation each, whose sockets are at this replica. */
const seatsAt = async (replica: Replica, crowd: Crowd, from: number, count: number): Promise<Seat[]> => {
  const people = (await crowd.take(from + count)).slice(from);
  return Promise.all(
    people.map(async ({ token, post }) => {
      const conversation = { title: 'Benchmark', model: 'openai/mock-large' };
      return Seat.take(replica, token, (await post<Conversation>('/api/v1/conversations', conversation)).id);
    }),
  );
};

/** Each asks again as soon as it has its answer; those count that end in time, after a second in which nobody counts. */
const answersPerSecond = async (seats: readonly Seat[], seconds: number): Promise<number> => {
  const from = performance.now() + 1_000;
  const until = from + seconds * 1_000;
  let answers = 0;
  await Promise.all(
    seats.map(async (seat, index) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        await seat.stream(contentOf(index * 1_000 + turn, WISH), WISH);
        const now = performance.now();
        if (now >= from && now < until) answers += 1;
      }
    }),
  );
  return answers / seconds;
};
