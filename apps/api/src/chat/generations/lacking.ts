import type { Delta, GenerationStatus, Place, Reset } from '@chatbox/contracts';
import type { Answer } from './answer.ts';
import type { GenerationEvent } from './fanout.ts';

/** One attempt of a generation, as far as it is known and may be shown. */
export interface Known {
  readonly generationId: string;
  readonly attempt: number;
  readonly status: GenerationStatus;
  readonly answer: Answer;
}

/** What a reader at `place` lacks: deltas where its text is the beginning of this one, a reset where it may not be. */
export const lacking = (known: Known, place: Place | undefined): GenerationEvent[] => {
  const { attempt, answer, status } = known;
  if (!place) return [{ ...wholeOf(known), type: 'snapshot', status }];
  if (place.attempt !== attempt || place.position > answer.position) return [wholeOf(known)];
  return missing(known, place.position);
};

/** What follows `from`. */
export const missing = ({ generationId, attempt, answer }: Known, from: number): Delta[] =>
  answer.since(from).map((piece) => ({ type: 'delta', generationId, attempt, ...piece }));

export const wholeOf = ({ generationId, attempt, answer }: Known): Reset => ({
  type: 'reset',
  generationId,
  attempt,
  position: answer.position,
  text: answer.text,
  parts: answer.parts,
});
