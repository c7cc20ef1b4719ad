import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Afterwards, Scenario, Scene } from '../scenario.ts';

/** When a client without anything around it can write again, tried every 20 ms through the same address. */
const bareWrite = async ({ stage, signal }: Scene): Promise<number> => {
  for (;;) {
    signal.throwIfAborted();
    const client = new pg.Client({
      connectionString: stage.cluster.postgres.url,
      connectionTimeoutMillis: 1_000,
      query_timeout: 10_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      // A transaction of its own that writes to the log and nowhere else.
      await client.query(`SELECT pg_logical_emit_message(true, 'drill', 'written')`);
      return performance.now();
    } catch {
      await pause(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
};

/** R4: how much later than a bare client the API writes again. */
const withoutPostgres = async (scene: Scene, fault: () => Promise<void>): Promise<Afterwards> => {
  const { random, talks, signal, load, note } = scene;
  await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
  const at = performance.now();
  await fault();
  const bare = await bareWrite(scene);
  while (load.writtenSince(bare) === undefined) {
    signal.throwIfAborted();
    await pause(10);
  }
  note('R4 a bare client writes again after, ms', bare - at);
  note('R4 the API writes later than it by, ms', (load.writtenSince(bare) ?? bare) - bare);
  return () => note('R4 longest time without a write that succeeded, ms', load.longestGap(at));
};

export const postgresKilled: Scenario = {
  name: 'postgres-killed',
  what: 'kill -9 of the PostgreSQL primary, which is started again and recovers',
  disturb: (scene) =>
    withoutPostgres(scene, async () => {
      process.kill((await scene.stage.cluster.postgres.primary()).pid, 'SIGKILL');
      await pause(50);
    }),
};

export const promoted: Scenario = {
  name: 'promoted',
  what: 'the PostgreSQL standby is promoted; the old primary comes back as the standby of the new one',
  disturb: (scene) => withoutPostgres(scene, () => scene.stage.cluster.postgres.promoteStandby()),
};

export const databaseSilent: Scenario = {
  name: 'database-silent',
  what: 'the link between replicas and database is half open, for less or for more than a lease; then it goes on or is cut',
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
    const { way } = stage.cluster.postgres;
    way.stall();
    await pause(random.between(0.3, 1.8) * stage.leaseSeconds * 1000);
    if (random.chance(0.5)) way.cut();
    way.heal();
    return undefined;
  },
};

export const databaseSlow: Scenario = {
  name: 'database-slow',
  what: 'every packet between replicas and database takes 5 to 40 ms longer',
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 150), signal);
    const { way } = stage.cluster.postgres;
    way.delayMilliseconds = random.between(5, 40);
    await pause(1_500);
    way.heal();
    return undefined;
  },
};
