import type { EntityManager } from 'typeorm';
import { decodeFrames, type Frame } from './frames.ts';
import type { GenerationRow } from './generation-row.ts';

/** bigint columns come as strings. */
interface JournalRow {
  nodeId: string;
  epoch: string;
  seq: string;
  frames: string;
}

type Runner = Pick<EntityManager, 'query'>;

/** What the journals of their owners have of them after their checkpoints, by generation. A row holds what several said, and is read once. */
export const framesOf = (generations: readonly GenerationRow[], runner: Runner): Promise<Map<string, Frame[]>> =>
  read(generations, runner, decodeFrames);

/** The same for one whose owner is gone. A row that cannot be read is passed over; where it was of this one it leaves a hole. */
export const readableFramesOf = async (generation: GenerationRow, runner: Runner): Promise<Frame[]> => {
  const frames = await read([generation], runner, (row) => {
    try {
      return decodeFrames(row);
    } catch {
      return [];
    }
  });
  return frames.get(generation.id) ?? [];
};

const read = async (
  generations: readonly GenerationRow[],
  runner: Runner,
  decode: (row: string) => Frame[],
): Promise<Map<string, Frame[]>> => {
  if (generations.length === 0) return new Map();
  const rows: JournalRow[] = await runner.query(
    `SELECT j.node_id AS "nodeId", j.epoch, j.seq, j.frames
     FROM (SELECT node_id, epoch, min(seq) AS seq FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS g (node_id, epoch, seq)
       GROUP BY node_id, epoch) AS since
     JOIN journal j ON j.node_id = since.node_id AND j.epoch = since.epoch AND j.seq > since.seq
     ORDER BY j.seq`,
    [
      generations.map(({ nodeId }) => nodeId),
      generations.map(({ epoch }) => epoch),
      generations.map(({ checkpointSeq }) => checkpointSeq),
    ],
  );
  const wanted = new Map(generations.map((row) => [row.id, row]));
  const found = new Map<string, Frame[]>();
  for (const { nodeId, epoch, seq, frames } of rows)
    for (const frame of decode(frames)) {
      const row = wanted.get(frame.generationId);
      if (row?.attempt !== frame.attempt || row.nodeId !== nodeId || row.epoch !== epoch) continue;
      if (BigInt(seq) <= BigInt(row.checkpointSeq)) continue;
      const before = found.get(row.id);
      if (before) before.push(frame);
      else found.set(row.id, [frame]);
    }
  return found;
};
