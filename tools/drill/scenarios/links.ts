import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

export const nginxReloaded: Scenario = {
  name: 'nginx-reloaded',
  what: 'SIGHUP of nginx: new workers, the old ones keep what is open',
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
    process.kill(stage.cluster.nginx.pid, 'SIGHUP');
    await pause(200);
    return undefined;
  },
};

export const linkHalfOpen: Scenario = {
  name: 'link-half-open',
  what: "nothing passes between people's phones and nginx, and nobody is told; then it goes on or is cut",
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 250), signal);
    stage.way.stall();
    await pause(random.between(300, 1_800));
    if (random.chance(0.5)) stage.way.cut();
    stage.way.heal();
    return undefined;
  },
};

export const linkCut: Scenario = {
  name: 'link-cut',
  what: "every connection between people's phones and nginx is reset, several times",
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 150), signal);
    for (let cuts = random.whole(1, 4); cuts > 0; cuts -= 1) {
      stage.way.cut();
      await pause(random.between(50, 500));
    }
    return undefined;
  },
};

export const linkSlow: Scenario = {
  name: 'link-slow',
  what: "people's phones are behind a link with 50 to 300 ms of delay and 20 to 100 kB/s",
  disturb: async ({ stage, random, talks, signal }) => {
    await random.pick(talks).untilCharacter(random.whole(0, 100), signal);
    stage.way.delayMilliseconds = random.between(50, 300);
    stage.way.bytesPerSecond = random.between(20_000, 100_000);
    await pause(1_200);
    stage.way.heal();
    return undefined;
  },
};
