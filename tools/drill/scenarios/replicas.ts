import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { ownerAtSomeCharacter } from './owner.ts';
import { takeoverTimes } from './takeover-time.ts';

export const killOwner: Scenario = {
  name: 'kill-owner',
  what: 'kill -9 of the replica that writes an answer, at some character of it',
  disturb: async (scene) => {
    const owner = await ownerAtSomeCharacter(scene);
    if (!owner) return undefined;
    const { generations } = await scene.stage.estateOf(owner);
    scene.stage.kill(owner);
    const afterwards = await takeoverTimes(scene, owner, generations, 'killed');
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
      const afterwards = await takeoverTimes(scene, owner, generations, 'stood still');
      await pause(stage.leaseSeconds * 1000 + random.between(200, 1_500));
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
    return ({ generations }) =>
      note('R5 answers that were lost', generations.filter(({ status }) => status === 'interrupted').length);
  },
};
