/** Shorter agreement than this is chance: two texts may well begin with the same word. */
const SURE = 24;

/**
 * Compares what a new attempt says with what the one before had made durable, and says what to do with it.
 * - `same`: so far it says the same again; hold it back.
 * - `continue`: go on after the durable text with `text`.
 * - `differs`: it is another text; begin anew with `text`.
 */
export type Verdict = { is: 'same' } | { is: 'continue'; text: string } | { is: 'differs'; text: string };

/** For attempts that were asked to say everything again: most models say something else, a deterministic one does not. */
export class Overlap {
  private heard = '';
  private decided = false;

  /** `continuing`: the model was given the durable text and asked to go on, so a text that does not repeat it is the rest. */
  constructor(
    private readonly durable: string,
    private readonly continuing: boolean,
  ) {}

  hear(text: string): Verdict {
    if (this.decided) return { is: 'continue', text };
    this.heard += text;
    const agreed = commonLength(this.heard, this.durable);
    if (agreed === this.durable.length) return this.decide({ is: 'continue', text: this.heard.slice(agreed) });
    if (agreed === this.heard.length) return { is: 'same' };
    const goesOn = this.continuing && agreed < SURE;
    return this.decide({ is: goesOn ? 'continue' : 'differs', text: this.heard });
  }

  /** The attempt is over while it was still being compared. */
  end(): Verdict {
    if (this.decided || this.heard === '') return { is: 'same' };
    const goesOn = this.continuing && this.heard.length < SURE;
    return this.decide({ is: goesOn ? 'continue' : 'differs', text: this.heard });
  }

  private decide(verdict: Verdict): Verdict {
    this.decided = true;
    return verdict;
  }
}

function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length += 1;
  return length;
}
