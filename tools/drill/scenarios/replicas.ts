import { setTimeout as pause } from 'node:timers/promises';
import type { Replica } from '../../cluster/cluster.ts';
import type { Scenario, Scene } from '../scenario.ts';
import { takeoverTimes } from './takeover-time.ts';

/** The replica that writes somebody's answer, found when a certain character of it is on a screen. */
const ownerAtSomeCharacter = async ({ stage, random, talks, signal, note }: Scene): Promise<Replica | undefined> => {
  const first = random.pick(talks);
  await first.untilCharacter(random.whole(0, 300), signal);
  // Where that answer was too short, another one is under way.
  for (const talk of [first, ...talks]) {
    const owner = await stage.ownerOf(talk.newest);
    if (owner) return owner;
  }
  note('runs in which nobody wrote at that moment', 1);
  return undefined;
};

export const killOwner: Scenario = {
  name: 'kill-owner',
  what: 'kill -9 of the replica that writes an answer, at some character of it',
  disturb: async (scene) => {
    const owner = await ownerAtSomeCharacter(scene);
    if (!owner) return undefined;
    const { generations } = await scene.stage.estateOf(owner);
    scene.stage.kill(owner);
    const afterwards = await takeoverTimes(scene, owner, generations);
    await scene.stage.ready(owner, scene.signal);
    return afterwards;
  },
};

export const killServing: Scenario = {
  name: 'kill-serving',
  what: 'kill -9 of a replica that shows an answer which another one writes',
  disturb: async (scene) => {
    const owner = await ownerAtSomeCharacter(scene);
    const victim = scene.random.pick(scene.stage.cluster.replicas.filter((replica) => replica !== owner));
    scene.stage.kill(victim);
    await scene.stage.ready(victim, scene.signal);
    return undefined;
  },
};

export const killAll: Scenario = {
  name: 'kill-all',
  what: 'kill -9 of one replica after the other, at moments between a tenth of a second and one second apart',
  disturb: async (scene) => {
    const { stage, random, signal } = scene;
    await ownerAtSomeCharacter(scene);
    for (const replica of stage.cluster.replicas) {
      stage.kill(replica);
      await pause(random.between(100, 1_000));
    }
    await Promise.all(stage.cluster.replicas.map((replica) => stage.ready(replica, signal)));
    return undefined;
  },
};

export const zombie: Scenario = {
  name: 'zombie',
  what: 'SIGSTOP of the replica that writes an answer for longer than its lease, then SIGCONT: it must not write or end anything',
  disturb: async (scene) => {
    const { stage, random, signal } = scene;
    const owner = await ownerAtSomeCharacter(scene);
    if (!owner) return undefined;
    const { generations } = await stage.estateOf(owner);
    const thaw = stage.freeze(owner);
    try {
      const afterwards = await takeoverTimes(scene, owner, generations);
      await pause(stage.leaseSeconds * 1000 + random.between(200, 2_500));
      return afterwards;
    } finally {
      thaw();
      await stage.ready(owner, signal);
    }
  },
};

export const rolling: Scenario = {
  name: 'rolling',
  what: 'SIGTERM of every replica in turn, each when the one before is ready again, while people talk',
  people: 6,
  pace: { tokens: [60, 200], delayMilliseconds: [10, 25], turns: 6 },
  everyRounds: 5,
  disturb: async ({ stage, signal, load, note, complain }) => {
    const began = performance.now();
    const { failed, failedTwice, requests } = load;
    for (const replica of stage.cluster.replicas) {
      const { pid } = replica.process;
      replica.process.renew();
      while (replica.process.pid === pid || replica.process.pid === 0) await pause(20);
      await stage.ready(replica, signal);
    }
    note('R5 duration of a rolling restart, ms', performance.now() - began);
    note('R5 requests meanwhile', load.requests - requests);
    note('R5 requests that failed at first', load.failed - failed);
    note('R5 requests that failed after one retry', load.failedTwice - failedTwice);
    if (load.failedTwice > failedTwice) complain(`${load.failedTwice - failedTwice} requests failed after one retry`);
    return undefined;
  },
};
