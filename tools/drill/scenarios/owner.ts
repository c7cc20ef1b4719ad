import type { Replica } from '../../cluster/cluster.ts';
import type { Scene } from '../scenario.ts';

/** The replica that writes somebody's answer, found when a certain character of it is on a screen. */
export const ownerAtSomeCharacter = async ({
  stage,
  random,
  talks,
  signal,
  note,
}: Scene): Promise<Replica | undefined> => {
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
