import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { LimitedDisk } from '../../faults/limited-disk.ts';
import type { Afterwards, Scenario, Scene } from '../scenario.ts';
import { ownerAtSomeCharacter } from './owner.ts';
import { takeoverTimes } from './takeover-time.ts';

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
      // Nobody waits for a server that may not answer.
      client.end().catch(() => undefined);
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

export const postgresStopped: Scenario = {
  name: 'postgres-stopped',
  what: 'SIGSTOP of all processes of the PostgreSQL primary, then SIGCONT; or its standby is promoted meanwhile, half of the time with links that nobody resets, and the old primary wakes up afterwards',
  disturb: async (scene) => {
    const { stage, random, talks, signal, note, load } = scene;
    await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
    const { postgres } = stage.cluster;
    const milliseconds = random.between(0.3, 1.8) * stage.leaseSeconds * 1000;
    const [isReplaced, isSilent] = [random.chance(0.5), random.chance(0.5)];
    const at = performance.now();
    const wake = await postgres.freezePrimary();
    try {
      if (isReplaced) {
        if (isSilent) for (const way of stage.waysTo('database')) way.abandon();
        await postgres.promoteStandby();
      }
      await pause(milliseconds);
    } finally {
      wake();
    }
    const bare = await bareWrite(scene);
    while (load.writtenSince(bare) === undefined) {
      signal.throwIfAborted();
      await pause(10);
    }
    const how = !isReplaced ? 'and woke up' : isSilent ? 'and vanished' : 'and was replaced';
    return () =>
      note(`a primary that stood still ${how}: longest time without a write that succeeded, ms`, load.longestGap(at));
  },
};

export const databaseSlow: Scenario = {
  name: 'database-slow',
  what: 'every packet between replicas and database takes 5 to 40 ms longer',
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 150), signal);
    const { way } = stage.cluster.postgres;
    way.delayMilliseconds = random.between(5, 40);
    await pause(1_000);
    way.heal();
    return undefined;
  },
};

export const databaseSplit: Scenario = {
  name: 'database-split',
  what: 'one replica that writes an answer, and it alone, cannot reach the database for longer than its lease; the others can reach both',
  disturb: async (scene) => {
    const { stage, random } = scene;
    const owner = await ownerAtSomeCharacter(scene);
    if (!owner) return undefined;
    const { generations } = await stage.estateOf(owner);
    const [way] = stage.waysTo('database', owner);
    if (random.chance(0.5)) way?.stall();
    else way?.refuse();
    try {
      const afterwards = await takeoverTimes(scene, owner, generations, 'cut off');
      await pause(random.between(1, 2) * stage.leaseSeconds * 1000);
      return afterwards;
    } finally {
      way?.heal();
    }
  },
};

/** The server takes no more connections, whoever asks. */
const TOO_MANY = '53300';

export const connectionsExhausted: Scenario = {
  name: 'connections-exhausted',
  what: 'somebody takes every connection that PostgreSQL has, also those of the replicas, whose links are cut; then lets go',
  disturb: async ({ stage, random, talks, signal, note }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
    const taken: pg.Client[] = [];
    const takeAll = async (): Promise<void> => {
      for (;;) {
        const client = new pg.Client({ connectionString: stage.cluster.postgres.url, connectionTimeoutMillis: 2_000 });
        client.on('error', () => undefined);
        try {
          await client.connect();
          taken.push(client);
        } catch (error) {
          await client.end().catch(() => undefined);
          if ((error as { code?: string }).code === TOO_MANY) return;
          signal.throwIfAborted();
        }
      }
    };
    try {
      await takeAll();
      for (const way of stage.waysTo('database')) {
        way.cut();
        await takeAll();
      }
      note('connections of PostgreSQL that were taken', taken.length);
      await pause(random.between(300, 2_500));
    } finally {
      await Promise.all(taken.map((client) => client.end().catch(() => undefined)));
    }
    return undefined;
  },
};

export const diskFull: Scenario = {
  name: 'disk-full',
  what: 'the disk of the PostgreSQL primary has no byte left; half of the time the log needs one, and the server falls',
  fillsDisk: true,
  impossible: LimitedDisk.impossible,
  disturb: async (scene) => {
    const { stage, random, talks, signal, note, load } = scene;
    await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
    const { folder } = await stage.cluster.postgres.primary();
    const at = performance.now();
    const ballast = await stage.disk?.fill(folder);
    note('a full disk: room that it had before, MiB', Math.floor((ballast?.bytes ?? 0) / 1024 ** 2));
    try {
      if (random.chance(0.5)) await newLogFiles(stage.cluster.postgres.url);
      await pause(random.between(500, 2_500));
    } finally {
      await ballast?.free();
    }
    const freed = performance.now();
    const bare = await bareWrite(scene);
    note('a full disk: from space that is free again to a write of a bare client, ms', bare - freed);
    return () => note('a full disk: longest time without a write that succeeded, ms', load.longestGap(at));
  },
};

/** Each begins where the one before is not full yet, until there is no room for another one. */
const newLogFiles = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000, query_timeout: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (let files = 0; files < 100; files += 1)
      await client.query(`SELECT pg_logical_emit_message(false, 'drill', 'x'), pg_switch_wal()`);
  } catch {
    // The server fell, which was wanted.
  } finally {
    client.end().catch(() => undefined);
  }
};
