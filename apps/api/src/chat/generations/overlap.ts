/** Shorter agreement than this is chance: two texts may well begin with the same word. */
const SURE = 24;

interface Piece<Kind> {
  kind: Kind;
  text: string;
}

/**
 * What to do with what a new attempt says, compared with what the one before had made durable.
 * - `same`: so far it says the same again; it is held back.
 * - `continue`: go on after the durable text with these pieces.
 * - `differs`: it is another text; begin anew with these pieces.
 */
export type Verdict<Kind> = { is: 'same' } | { is: 'continue' | 'differs'; pieces: Piece<Kind>[] };

/** Compares what a new attempt says, piece after piece, with what the one before had made durable. */
export interface Comparison<Kind> {
  hear(kind: Kind, text: string): Verdict<Kind>;
  /** The attempt is over, perhaps while it was still being compared. */
  end(): Verdict<Kind>;
}

/** For attempts that were asked to say everything again: most models say something else, a deterministic one does not. */
export class Overlap<Kind> implements Comparison<Kind> {
  private readonly held: Piece<Kind>[] = [];
  private heard = '';
  private decided = false;

  /** `continuing`: the model was given the durable text and asked to go on, so a text that does not repeat it is the rest. */
  constructor(
    private readonly durable: string,
    private readonly continuing: boolean,
  ) {}

  hear(kind: Kind, text: string): Verdict<Kind> {
    if (this.decided) return { is: 'continue', pieces: [{ kind, text }] };
    this.held.push({ kind, text });
    this.heard += text;
    const agreed = commonLength(this.heard, this.durable);
    if (agreed === this.durable.length) return this.decide('continue', agreed);
    if (agreed === this.heard.length) return { is: 'same' };
    return this.decide(this.continuing && agreed < SURE ? 'continue' : 'differs', 0);
  }

  end(): Verdict<Kind> {
    if (this.decided || this.heard === '') return { is: 'same' };
    return this.decide(this.continuing && this.heard.length < SURE ? 'continue' : 'differs', 0);
  }

  /** Gives out what was held back, without its first `skip` characters. */
  private decide(is: 'continue' | 'differs', skip: number): Verdict<Kind> {
    this.decided = true;
    let left = skip;
    const pieces = this.held.flatMap(({ kind, text }) => {
      const rest = text.slice(left);
      left = Math.max(0, left - text.length);
      return rest === '' ? [] : [{ kind, text: rest }];
    });
    return { is, pieces };
  }
}

export function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length += 1;
  return length;
}
