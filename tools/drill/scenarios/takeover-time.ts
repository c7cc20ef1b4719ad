import type { Replica } from '../../cluster/cluster.ts';
import type { Afterwards, Scene } from '../scenario.ts';

/**
 * R1: from the end of the dead replica's lease, by the database's clock, to the next words or the end, for each reader of
 * what it wrote. Call it when the replica cannot renew any more; `before` is what it wrote a moment earlier.
 */
export const takeoverTimes = async (
  scene: Scene,
  owner: Replica,
  before: readonly string[],
  how: 'killed' | 'stood still' | 'cut off',
): Promise<Afterwards> => {
  const { stage, talks, note } = scene;
  const readers = talks.flatMap(({ tabs }) => tabs);
  const attempts = new Map(
    before.map((id) => [id, Math.max(1, ...readers.map((tab) => tab.answer(id)?.attempt ?? 1))] as const),
  );
  const { leaseMilliseconds } = await stage.estateOf(owner);
  const leaseEnds = performance.now() + leaseMilliseconds;
  return () => {
    for (const [generationId, attempt] of attempts)
      for (const { frames } of readers) {
        const next = frames.find(
          (frame) =>
            frame.generationId === generationId &&
            frame.attempt > attempt &&
            (frame.type === 'delta' || frame.type === 'end'),
        );
        if (next) note(`R1 ${how}: from the end of the lease to the next words, ms`, Math.max(0, next.at - leaseEnds));
      }
  };
};
