import type { Part, PartKind } from '@chatbox/contracts';
import { storable } from '../../common/storable.ts';
import type { Frame } from './frames.ts';

/** Text of an answer as its parts; grows only at the end, so a position always names the same text. */
export class Answer {
  private readonly grown: { kind: PartKind; chunks: string[]; data?: Record<string, unknown> }[] = [];
  position = 0;

  static of(parts: readonly Part[]): Answer {
    const answer = new Answer();
    for (const { kind, text, data } of parts) {
      answer.grown.push({ kind, chunks: [text], ...(data && { data }) });
      answer.position += text.length;
    }
    return answer;
  }

  append(part: number, kind: PartKind, text: string): void {
    const target = this.grown[part];
    if (target) target.chunks.push(text);
    else this.grown.push({ kind, chunks: [text] });
    this.position += text.length;
  }

  get parts(): Part[] {
    return this.grown.map((part) => {
      if (part.chunks.length > 1) part.chunks = [part.chunks.join('')];
      return { kind: part.kind, text: part.chunks[0] ?? '', ...(part.data && { data: part.data }) };
    });
  }

  /** Of all parts; what `position` counts in. */
  get text(): string {
    return this.parts.map((part) => part.text).join('');
  }

  /** Of the text parts alone; what search reads and a model is shown as its own earlier answer. */
  get plain(): string {
    return plainText(this.parts);
  }

  /** What follows `from`, cut at the boundaries of parts. */
  since(from: number): { part: number; kind: PartKind; text: string; position: number }[] {
    const pieces: { part: number; kind: PartKind; text: string; position: number }[] = [];
    let start = 0;
    this.parts.forEach(({ kind, text }, part) => {
      const end = start + text.length;
      if (end > from) pieces.push({ part, kind, text: text.slice(Math.max(0, from - start)), position: end });
      start = end;
    });
    return pieces;
  }
}

/** The same answer as far as the database can keep it: as long, and every place in it names the same. */
export const storableAnswer = (answer: Answer): Answer =>
  Answer.of(answer.parts.map((part) => ({ ...part, text: storable(part.text) })));

export const plainText = (parts: readonly Part[]): string =>
  parts
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join('');

/** Applies journal frames to a checkpoint; those that the checkpoint holds already are passed over. */
export const replay = (answer: Answer, frames: Iterable<Frame>): Answer => {
  const hole = applied(answer, frames);
  if (hole) throw new Error(`the journal has a hole: ${hole.from} to ${hole.to}`);
  return answer;
};

/** The same up to the first hole: everything that can be had of an answer whose journal has one. */
export const replayToHole = (answer: Answer, frames: Iterable<Frame>): Answer => {
  applied(answer, frames);
  return answer;
};

/** The hole at which it ended, if there was one. */
const applied = (answer: Answer, frames: Iterable<Frame>): { from: number; to: number } | undefined => {
  for (const { position, part, kind, text } of frames) {
    const begin = position - text.length;
    if (position <= answer.position) continue;
    if (begin > answer.position) return { from: answer.position, to: begin };
    answer.append(part, kind, text.slice(answer.position - begin));
  }
  return undefined;
};
