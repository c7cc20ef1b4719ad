import { type Comparison, commonLength, type Verdict } from './overlap.ts';

type Spoken = 'text' | 'reasoning';

/** Agreement counts as repetition from this length on; a shorter one may be chance: "again and again and again". */
const LEAST = 16;
/** A character of a script that needs no spaces says about as much as so many Latin letters. */
const WIDE = 3;
/** No more of the durable text's end is looked for, and no more is held back, except where the whole is said again. */
const MOST = 500;
/** Who says so much of the beginning again, and then something else, has begun anew. */
const ANEW = 60;

const SAME = { is: 'same' } as const;

/**
 * For attempts that were shown the durable text as their own turn and asked to go on. Such a model may go on at the
 * next character, say the last words again first (they are left out), or say the whole again (it is held back until it
 * is new). A text that has nothing to do with the durable one cannot be told from one that goes on, and goes on.
 *
 * A repetition is the longest end of the durable text with which the new one begins, without regard to white space at
 * the join. It counts from `LEAST` characters on; a shorter one only where it is whole words, the last of them perhaps
 * cut ("the ligh", "lighthouse"): otherwise the text would have to go on with the same word without a space. Where the
 * durable text repeats itself at its end already (rows of a table, a chorus), nobody can tell, and nothing is left out.
 *
 * No character is ever made up, and none is cut: both texts are whole characters, and what is left out ends where the
 * durable text ends. Thoughts about how to go on are not part of the answer.
 */
export class Continuation implements Comparison<Spoken> {
  /** The durable text without the white space at its end, and that white space. */
  private readonly body: string;
  private readonly space: string;
  /** The line that opened the block of code in which the durable text ends. */
  private readonly fence: string | undefined;
  private heard = '';
  private sayingAll = true;
  private decided = false;

  constructor(private readonly durable: string) {
    this.body = durable.trimEnd();
    this.space = durable.slice(this.body.length);
    this.fence = openFence(durable);
  }

  hear(kind: Spoken, text: string): Verdict<Spoken> {
    if (kind !== 'text') return SAME;
    if (this.decided) return { is: 'continue', pieces: [{ kind, text }] };
    const expected = this.body.slice(this.heard.length);
    this.sayingAll &&= expected.startsWith(text) || text.startsWith(expected);
    this.heard += text;
    if (this.sayingAll && this.heard.length < this.body.length) return SAME;
    return this.decide(false);
  }

  /** A model that says the beginning again and ends has said nothing new. */
  end(): Verdict<Spoken> {
    if (this.decided || this.heard === '') return SAME;
    if (this.sayingAll && this.heard.length >= LEAST && this.heard.length < this.body.length) return SAME;
    return this.decide(true);
  }

  private decide(isOver: boolean): Verdict<Spoken> {
    const repeated = this.repeated(isOver);
    if (repeated === undefined) return SAME;
    this.decided = true;
    const text = this.heard.slice(repeated);
    if (repeated === 0 && this.hasBegunAnew()) return { is: 'differs', pieces: [{ kind: 'text', text }] };
    return { is: 'continue', pieces: text === '' ? [] : [{ kind: 'text', text }] };
  }

  /** How many of the characters that were heard stand there already; undefined while that is open. */
  private repeated(isOver: boolean): number | undefined {
    const plain = this.repeatedBy(this.heard, isOver);
    if (plain !== 0 || this.fence === undefined) return plain;
    if (!this.heard.startsWith(this.fence)) return !isOver && this.fence.startsWith(this.heard) ? undefined : 0;
    const inside = this.repeatedBy(this.heard.slice(this.fence.length), isOver);
    return inside === undefined ? undefined : this.fence.length + inside;
  }

  private repeatedBy(heard: string, isOver: boolean): number | undefined {
    const near = this.body.length - MOST;
    // The whole text first, then its ends, the longest first.
    for (let start = 0; start < this.body.length; start = Math.max(start + 1, near)) {
      const end = this.body.slice(start);
      const isSaid = heard.startsWith(end);
      const mayBeSaid = !isOver && end.startsWith(heard);
      if ((!isSaid && !mayBeSaid) || !this.counts(start)) continue;
      return isSaid ? this.withSpace(heard, end.length, isOver) : undefined;
    }
    return 0;
  }

  private withSpace(heard: string, length: number, isOver: boolean): number | undefined {
    const rest = heard.slice(length);
    const common = commonLength(rest, this.space);
    return common === rest.length && common < this.space.length && !isOver ? undefined : length + common;
  }

  /** Whether the end of the durable text from here on is enough to be a repetition when it is said again. */
  private counts(start: number): boolean {
    if (start === 0) return true;
    const end = this.body.slice(start);
    if (this.repeatsItself(start)) return false;
    if (weightOf(end) >= LEAST) return true;
    const isWords = this.space === '' && /^\s\S/.test(this.body.slice(start - 1, start + 1));
    return isWords && (end.match(/\p{L}/gu)?.length ?? 0) >= 3;
  }

  /** What comes from here on is the same more than once, or stands in front of it already. */
  private repeatsItself(start: number): boolean {
    const end = this.durable.slice(start);
    return periodOf(end) * 2 <= end.length || this.durable.slice(0, start).endsWith(end);
  }

  /** A beginning that comes more than once in the text says nothing: so begin the rows of a list. */
  private hasBegunAnew(): boolean {
    if (commonLength(this.heard, this.durable) < ANEW) return false;
    return !this.durable.includes(this.heard.slice(0, ANEW), 1);
  }
}

const weightOf = (text: string): number => text.length + (WIDE - 1) * (text.match(/[\u2e80-\udfff]/g)?.length ?? 0);

/** After how many characters a text repeats itself; its length where it does not. By Knuth, Morris and Pratt's borders. */
function periodOf(text: string): number {
  const borders = [0];
  for (let at = 1; at < text.length; at += 1) {
    let border = borders[at - 1] ?? 0;
    while (border > 0 && text[at] !== text[border]) border = borders[border - 1] ?? 0;
    borders.push(text[at] === text[border] ? border + 1 : 0);
  }
  return text.length - (borders.at(-1) ?? 0);
}

/**
 * The line, with its end, of the fence that is open at the end of a text; only of one that names a language, because
 * without it a second one would be the end of the block (https://spec.commonmark.org/0.31.2/#fenced-code-blocks).
 */
function openFence(text: string): string | undefined {
  let open: { mark: string; line: string } | undefined;
  for (const [, line = '', mark = '', info = ''] of text.matchAll(/^( {0,3}(`{3,}|~{3,})([^\n]*))\n/gm)) {
    if (!open) open = { mark, line: info.trim() === '' ? '' : `${line.trim()}\n` };
    else if (mark.startsWith(open.mark) && info.trim() === '') open = undefined;
  }
  return open?.line || undefined;
}
