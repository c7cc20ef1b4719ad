import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Afterwards, Scenario, Scene } from '../scenario.ts';

const command = async ({ cluster }: Scene['stage'], line: string): Promise<void> => {
  const socket = createConnection({ port: cluster.redisPort, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write(`${line}\r\n`);
  await once(socket, 'data');
  socket.destroy();
};

/** When a client without anything around it can write to Redis again, tried every 20 ms. */
const bareWrite = async ({ stage, signal }: Scene): Promise<number> => {
  for (;;) {
    signal.throwIfAborted();
    const socket = createConnection({ port: stage.cluster.redisPort, host: '127.0.0.1', timeout: 1_000 });
    const said = await new Promise<string>((resolve) => {
      socket.on('connect', () => socket.write('SET drill written\r\n'));
      socket.on('data', (data: Buffer) => resolve(data.toString()));
      for (const end of ['timeout', 'error', 'close']) socket.on(end, () => resolve(''));
    });
    socket.destroy();
    if (said.startsWith('+OK')) return performance.now();
    await pause(20);
  }
};

/** R3: what it means for those who write, from the moment of the fault, beside a client that has only Redis. */
const withoutRedis = async (scene: Scene, fault: (stage: Scene['stage']) => Promise<void>): Promise<Afterwards> => {
  const { stage, random, talks, signal, load, note } = scene;
  await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
  const at = performance.now();
  await fault(stage);
  const bare = (await bareWrite(scene)) - at;
  return () => {
    note('R3 a bare client of Redis writes again after, ms', bare);
    note('R3 longest time without a write that succeeded, ms', load.longestGap(at));
  };
};

export const redisKilled: Scenario = {
  name: 'redis-killed',
  what: 'kill -9 of Redis, which is started again after half a second',
  disturb: (scene) =>
    withoutRedis(scene, async ({ cluster }) => {
      process.kill(cluster.redis.pid, 'SIGKILL');
      await pause(600);
    }),
};

export const redisFlushed: Scenario = {
  name: 'redis-flushed',
  what: 'FLUSHALL: every count and every key is gone',
  disturb: (scene) => withoutRedis(scene, (stage) => command(stage, 'FLUSHALL')),
};

export const redisStopped: Scenario = {
  name: 'redis-stopped',
  what: 'SIGSTOP of Redis for some seconds: it takes connections and says nothing; then SIGCONT, and late hints',
  disturb: (scene) =>
    withoutRedis(scene, async ({ cluster }) => {
      const { pid } = cluster.redis;
      process.kill(pid, 'SIGSTOP');
      try {
        await pause(scene.random.between(300, 2_500));
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    }),
};

export const redisFull: Scenario = {
  name: 'redis-full',
  what: 'Redis has no memory left and refuses every write (maxmemory, noeviction) for some seconds',
  disturb: (scene) =>
    withoutRedis(scene, async (stage) => {
      await command(stage, 'CONFIG SET maxmemory 1');
      try {
        await pause(scene.random.between(300, 2_500));
      } finally {
        await command(stage, 'CONFIG SET maxmemory 0');
      }
    }),
};

export const redisSplit: Scenario = {
  name: 'redis-split',
  what: 'a partition between Redis and one replica, or all of them, and nothing else: silent or refused; then it heals',
  disturb: (scene) =>
    withoutRedis(scene, async (stage) => {
      const { random } = scene;
      const ways = stage.waysTo('redis', random.chance(0.6) ? random.pick(stage.cluster.replicas) : undefined);
      const isSilent = random.chance(0.5);
      for (const way of ways) {
        if (isSilent) way.stall();
        else way.refuse();
      }
      await pause(random.between(300, 3_000));
      for (const way of ways) {
        // Of what was silent, some of it is lost and some of it comes late.
        if (random.chance(0.3)) way.cut();
        way.heal();
      }
    }),
};

export const redisGoneLong: Scenario = {
  name: 'redis-gone-60',
  what: 'Redis is ended and stays away for 60 seconds, in which people go on talking',
  long: true,
  pace: { tokens: [60, 160], delayMilliseconds: [10, 20], turns: 20 },
  disturb: (scene) => withoutRedis(scene, ({ cluster }) => away(cluster.redis, 60_000)),
};

const away = async (redis: Scene['stage']['cluster']['redis'], milliseconds: number): Promise<void> => {
  await redis.halt();
  try {
    await pause(milliseconds);
  } finally {
    await redis.start();
  }
};

export const redisGone: Scenario = {
  name: 'redis-gone',
  what: 'Redis is ended and stays away for some seconds',
  disturb: (scene) => withoutRedis(scene, ({ cluster }) => away(cluster.redis, scene.random.between(300, 2_500))),
};
