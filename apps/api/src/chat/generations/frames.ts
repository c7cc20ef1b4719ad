import type { PartKind } from '@chatbox/contracts';

/** What one generation said in one window. `position` is the length of its whole text after the frame, in UTF-16 units. */
export interface Frame {
  generationId: string;
  attempt: number;
  position: number;
  part: number;
  kind: PartKind;
  text: string;
}

type Row = [generationId: string, attempt: number, position: number, part: number, kind: PartKind, text: string];

/** The version leads, so that the release after this one can read both. */
const VERSION = 1;

export const encodeFrames = (frames: readonly Frame[]): string =>
  JSON.stringify({
    v: VERSION,
    f: frames.map(
      ({ generationId, attempt, position, part, kind, text }): Row => [
        generationId,
        attempt,
        position,
        part,
        kind,
        text,
      ],
    ),
  });

export const decodeFrames = (row: string): Frame[] => {
  const { v, f } = JSON.parse(row) as { v: number; f: Row[] };
  if (v !== VERSION) throw new Error(`journal format ${v} is newer than this version reads`);
  return f.map(([generationId, attempt, position, part, kind, text]) => ({
    generationId,
    attempt,
    position,
    part,
    kind,
    text,
  }));
};
