import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisServer } from '../../../../tools/test/redis.ts';
import { cloneDatabase } from '../harness/databases.ts';
import { ApiProcess } from './api-process.ts';

/** What makes a process one of many, besides its database: the shared store, and what replicas have to know together. */
export const clustered = (redis: RedisServer): Record<string, string> => ({
  MODE: 'clustered',
  REDIS_URL: redis.url,
  ...Object.fromEntries(
    ['JWT_SECRET', 'SESSION_SECRET', 'MASTER_KEY'].map((name) => [name, 'what all replicas of a test have in common']),
  ),
});

/** Shorter than usual, so that a death is noticed within a test's patience; long enough for a busy machine. */
export const LEASE_SECONDS = 4;

/** Several API processes as a load balancer would have them behind it: one PostgreSQL, one Redis. */
export class Cluster {
  private constructor(
    readonly replicas: readonly ApiProcess[],
    readonly redis: RedisServer,
    readonly databaseUrl: string,
    private readonly clean: () => Promise<void>,
  ) {}

  static async start(count: number, overrides: Record<string, string> = {}): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'chatbox-cluster-'));
    const [database, redis] = await Promise.all([cloneDatabase(), RedisServer.start()]);
    const settings = {
      ...clustered(redis),
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      DATABASE_POOL_MAX: '5',
      LEASE_SECONDS: String(LEASE_SECONDS),
      ...overrides,
    };
    const replicas: ApiProcess[] = [];
    for (let i = 0; i < count; i += 1) replicas.push(await ApiProcess.on(settings));
    const cluster = new Cluster(replicas, redis, database.url, async () => {
      await Promise.all([...replicas.map((replica) => replica.close()), redis.close()]);
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });
    await Promise.all(replicas.map((replica) => replica.start()));
    return cluster;
  }

  replica(index: number): ApiProcess {
    const replica = this.replicas[index];
    if (!replica) throw new Error(`there is no replica ${index}`);
    return replica;
  }

  close(): Promise<void> {
    return this.clean();
  }
}
