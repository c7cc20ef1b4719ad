import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Afterwards, Scenario, Scene } from '../scenario.ts';

/** R3: what it means for those who write, from the moment of the fault. */
const withoutRedis = async (scene: Scene, fault: (stage: Scene['stage']) => Promise<void>): Promise<Afterwards> => {
  const { stage, random, talks, signal, load, note } = scene;
  await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
  const at = performance.now();
  await fault(stage);
  return () => note('R3 longest time without a write that succeeded, ms', load.longestGap(at));
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
  disturb: (scene) =>
    withoutRedis(scene, async ({ cluster }) => {
      const socket = createConnection({ port: cluster.redisPort, host: '127.0.0.1' });
      socket.write('FLUSHALL\r\n');
      await once(socket, 'data');
      socket.destroy();
    }),
};

export const redisStopped: Scenario = {
  name: 'redis-stopped',
  what: 'SIGSTOP of Redis for some seconds: it takes connections and says nothing; then SIGCONT, and late hints',
  disturb: (scene) =>
    withoutRedis(scene, async ({ cluster }) => {
      const { pid } = cluster.redis;
      process.kill(pid, 'SIGSTOP');
      try {
        await pause(scene.random.between(1_000, 4_000));
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    }),
};

export const redisGone: Scenario = {
  name: 'redis-gone',
  what: 'Redis is ended and stays away for some seconds',
  disturb: (scene) =>
    withoutRedis(scene, async ({ cluster }) => {
      await cluster.redis.halt();
      try {
        await pause(scene.random.between(1_000, 4_000));
      } finally {
        await cluster.redis.start();
      }
    }),
};
