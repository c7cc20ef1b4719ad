import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Cluster, type Replica } from '../cluster/cluster.ts';
import { LimitedDisk } from '../faults/limited-disk.ts';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { type MockModel, startMockModel } from '../mock-model/server.ts';
import { Crowd } from './crowd.ts';
import type { Holdings } from './history.ts';

export interface StageOptions {
  replicas: number;
  leaseSeconds: number;
  /** How many come back at once, where that is drilled. */
  sockets: number;
  dataFolder: string;
  /** The databases' folders have an end that can be reached. */
  limitedDisk: boolean;
  say(line: string): void;
}

const UNLIMITED = '1000000';
const LOOK_MILLISECONDS = 20;

/** The cluster that is broken again and again, the model server behind it, and the hands that break it. */
export class Stage {
  readonly cluster: Cluster;
  readonly model: MockModel;
  /** Between people's phones and the balancer. */
  readonly way: TcpProxy;
  /** Between replicas and Redis, and replicas and the database, by the replica's name. */
  readonly ways: Record<'redis' | 'database', Map<string, TcpProxy>>;
  readonly crowd: Crowd;
  readonly leaseSeconds: number;
  readonly sockets: number;
  /** Names of nodes by process. */
  private readonly nodes = new Map<number, string>();

  /** Where the databases' folders can be filled. */
  readonly disk: LimitedDisk | undefined;
  private readonly lives: AsyncDisposableStack;

  private constructor(
    parts: Pick<Stage, 'cluster' | 'model' | 'way' | 'ways' | 'disk'>,
    options: StageOptions,
    lives: AsyncDisposableStack,
  ) {
    const { cluster, model, way, ways, disk } = parts;
    this.cluster = cluster;
    this.model = model;
    this.way = way;
    this.ways = ways;
    this.disk = disk;
    this.lives = lives;
    this.leaseSeconds = options.leaseSeconds;
    this.sockets = options.sockets;
    this.crowd = new Crowd(cluster.url);
  }

  static async open(options: StageOptions): Promise<Stage> {
    const { replicas, leaseSeconds, limitedDisk, dataFolder, say } = options;
    const lives = new AsyncDisposableStack();
    try {
      const model = await startMockModel({ remember: 0 });
      lives.defer(() => model.close());
      const disk = limitedDisk ? await LimitedDisk.mount(join(dataFolder, 'postgres')) : undefined;
      lives.defer(async () => disk?.unmount());
      const ways: Stage['ways'] = { redis: new Map(), database: new Map() };
      const cluster = await Cluster.open({
        replicas,
        port: 0,
        page: false,
        dataFolder,
        wayFor: async (replica, to, port) => {
          const way = await TcpProxy.open({ host: '127.0.0.1', port });
          lives.defer(() => way.close());
          ways[to].set(replica, way);
          return way.port;
        },
        // What the environment of this run sets must not change what is drilled.
        env: {
          PATH: process.env.PATH,
          LEASE_SECONDS: String(leaseSeconds),
          DRAIN_SECONDS: '1',
          LOG_LEVEL: 'info',
          DISCOVER_LOCAL_MODELS: 'false',
          RATE_LIMIT_MAX: UNLIMITED,
          RATE_LIMIT_MAX_SIGNED_IN: UNLIMITED,
          RATE_LIMIT_MAX_ENTRY: UNLIMITED,
          CONCURRENT_GENERATIONS: '10000',
          SOCKETS_PER_PERSON: UNLIMITED,
          OPENAI_API_KEY: 'any',
          OPENAI_BASE_URL: `${model.url}/v1`,
          ANTHROPIC_API_KEY: 'any',
          ANTHROPIC_BASE_URL: model.url,
        },
        onReady: (what, since) => say(`${what}: ${((performance.now() - since) / 1000).toFixed(1)} s`),
      });
      lives.defer(() => cluster.close());
      const way = await TcpProxy.open({ host: '127.0.0.1', port: Number(new URL(cluster.url).port) });
      lives.defer(() => way.close());
      const stage = new Stage({ cluster, model, way, ways, disk }, options, lives);
      if (disk) await stage.needNewLogFiles();
      return stage;
    } catch (error) {
      await lives.disposeAsync();
      throw error;
    }
  }

  get phoneUrl(): string {
    return `http://localhost:${this.way.port}`;
  }

  /** Nobody needs what is under way any more, so nothing is drained. */
  close(): Promise<void> {
    for (const { process: replica } of this.cluster.replicas) replica.stopNow();
    return this.lives.disposeAsync();
  }

  /** The way of one replica, or of all of them. */
  waysTo(what: 'redis' | 'database', replica?: Replica): TcpProxy[] {
    const own = replica && this.ways[what].get(replica.id);
    return own ? [own] : [...this.ways[what].values()];
  }

  /** A log that goes on in files of yesterday would not notice for a long time that the disk is full. */
  private async needNewLogFiles(): Promise<void> {
    await this.query('ALTER SYSTEM SET wal_recycle = off');
    await this.query('SELECT pg_reload_conf()');
  }

  /** The replica that writes this answer; undefined where nobody does any more. */
  async ownerOf(generationId: string): Promise<Replica | undefined> {
    const [row] = await this.query<{ node: string }>(
      `SELECT node_id AS node FROM generation WHERE id = $1 AND status = 'running'`,
      [generationId],
    );
    if (!row) return undefined;
    for (const replica of this.cluster.replicas) if ((await this.nodeOf(replica)) === row.node) return replica;
    return undefined;
  }

  /** Ids of the answers that a replica writes now, and for how many milliseconds it still may. */
  async estateOf(replica: Replica): Promise<{ generations: string[]; leaseMilliseconds: number }> {
    const rows = await this.query<{ id: string | null; left: number }>(
      `SELECT g.id, extract(epoch FROM n.lease_until - clock_timestamp())::float8 * 1000 AS left
       FROM node n LEFT JOIN generation g ON g.node_id = n.id AND g.epoch = n.epoch AND g.status = 'running' WHERE n.id = $1`,
      [await this.nodeOf(replica)],
    );
    return { generations: rows.flatMap(({ id }) => id ?? []), leaseMilliseconds: rows[0]?.left ?? 0 };
  }

  /** As the kernel does it; the supervisor starts it again. */
  kill(replica: Replica): void {
    replica.process.kill();
  }

  /** Stands still, as a machine that swaps or is moved: it neither knows nor answers. */
  freeze(replica: Replica): () => void {
    const { pid } = replica.process;
    process.kill(pid, 'SIGSTOP');
    return () => process.kill(pid, 'SIGCONT');
  }

  /** Resolves when the replica takes requests. */
  async ready({ url }: Replica, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      await pause(LOOK_MILLISECONDS);
    }
  }

  /** Resolves when nothing is broken any more. */
  async whole(signal: AbortSignal): Promise<void> {
    await Promise.all([
      ...this.cluster.replicas.map((replica) => this.ready(replica, signal)),
      this.followed(signal),
      this.hinting(signal),
    ]);
  }

  /** Resolves when the standby confirms what the primary writes. */
  private async followed(signal: AbortSignal): Promise<void> {
    const sql = `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'`;
    while ((await this.query(sql)).length === 0) await pause(LOOK_MILLISECONDS, undefined, { signal });
  }

  /** Resolves when every replica hears the others again. */
  private async hinting(signal: AbortSignal): Promise<void> {
    for (const replica of this.cluster.replicas)
      while (!/^chatbox_hints_live 1$/m.test(await metricsOf(replica)))
        await pause(LOOK_MILLISECONDS, undefined, { signal });
  }

  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    for (let tries = 1; ; tries += 1) {
      const client = new pg.Client({ connectionString: this.cluster.postgres.url, connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query<T>(sql, values)).rows;
      } catch (error) {
        if (tries > 60) throw error;
        await pause(100);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  async holdings(conversationIds: readonly string[]): Promise<Holdings> {
    const [messages, generations, ledger, sums] = await Promise.all([
      this.query<Holdings['messages'][number]>(
        `SELECT id, conversation_id AS "conversationId", client_message_id AS "clientMessageId",
           coalesce((SELECT string_agg(part->>'text', '' ORDER BY place) FROM jsonb_array_elements(parts) WITH ORDINALITY AS p (part, place)), '') AS text
         FROM message WHERE conversation_id = ANY($1) ORDER BY created_at, seq`,
        [conversationIds],
      ),
      this.query<Holdings['generations'][number]>(
        `SELECT id, message_id AS "messageId", status, attempt FROM generation WHERE conversation_id = ANY($1)`,
        [conversationIds],
      ),
      this.query<Holdings['ledger'][number]>(
        `SELECT generation_id AS "generationId", attempt, outcome FROM ledger
         WHERE conversation_id = ANY($1) AND purpose = 'chat' ORDER BY attempt`,
        [conversationIds],
      ),
      this.query<Holdings['sums'][number]>(
        `SELECT c.id AS "conversationId", c.input_tokens = coalesce(sum(l.input_tokens), 0)
           AND c.output_tokens = coalesce(sum(l.output_tokens), 0) AND c.cost_micros = coalesce(sum(l.cost_micros), 0) AS exact
         FROM conversation c LEFT JOIN ledger l ON l.conversation_id = c.id WHERE c.id = ANY($1) GROUP BY c.id`,
        [conversationIds],
      ),
    ]);
    return { messages, generations, ledger, sums };
  }

  private async nodeOf(replica: Replica): Promise<string | undefined> {
    const { pid } = replica.process;
    const known = this.nodes.get(pid);
    if (known) return known;
    const node = /^chatbox_node_info\{node="([^"]+)"\} 1$/m.exec(await metricsOf(replica))?.[1];
    if (node) this.nodes.set(pid, node);
    return node;
  }
}

/** Empty where it does not answer. */
export const metricsOf = ({ url }: Replica): Promise<string> =>
  fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.text(),
    () => '',
  );
