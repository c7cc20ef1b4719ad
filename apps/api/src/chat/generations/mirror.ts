import type { End, GenerationStatus, Place } from '@chatbox/contracts';
import { Answer } from './answer.ts';
import type { GenerationEvent } from './fanout.ts';
import { type Known, lacking, missing, wholeOf } from './lacking.ts';

/** A generation as it was read; `end` is there when it has one. */
export interface Read extends Known {
  readonly conversationId: string;
  readonly end: End | undefined;
}

/**
 * A generation that runs on another node, as it is shown on this one. Hints make it fast and reading makes it right: what the
 * two say becomes one sequence without a gap and without a repetition, the same for all who watch here.
 */
export class Mirror implements Known {
  attempt: number;
  status: GenerationStatus;
  answer: Answer;
  end: End | undefined;
  /** Grows with everything that is learned. */
  version = 0;

  constructor(
    readonly generationId: string,
    readonly conversationId: string,
    state: Pick<Read, 'attempt' | 'status' | 'answer' | 'end'>,
  ) {
    this.attempt = state.attempt;
    this.status = state.status;
    this.answer = state.answer;
    this.end = state.end;
  }

  /** Before its first word. */
  static unspoken(generationId: string, conversationId: string): Mirror {
    return new Mirror(generationId, conversationId, {
      attempt: 1,
      status: 'running',
      answer: new Answer(),
      end: undefined,
    });
  }

  /** What a hint adds; `unsure` where only reading can tell. What is known already adds nothing. */
  hear(event: GenerationEvent): GenerationEvent | 'unsure' | undefined {
    if (this.end || event.attempt < this.attempt) return undefined;
    if (event.attempt > this.attempt) return 'unsure';
    if (event.type === 'delta') {
      const begin = event.position - event.text.length;
      if (event.position <= this.answer.position) return undefined;
      if (begin > this.answer.position) return 'unsure';
      const text = event.text.slice(this.answer.position - begin);
      this.answer.append(event.part, event.kind, text);
      this.version += 1;
      return { ...event, text };
    }
    if (event.type === 'end' && event.position === this.answer.position) {
      this.finish(event);
      return event;
    }
    return 'unsure';
  }

  /** Somebody was shown more than is known here, by another node: a hint is late or lost. */
  isBehind(place: Place | undefined): boolean {
    if (!place || place.attempt < this.attempt) return false;
    return place.attempt > this.attempt || place.position > this.answer.position;
  }

  /** Whether what was read begins with what is shown here, or is of a later attempt. */
  goesOn(read: Known): boolean {
    if (read.attempt !== this.attempt) return read.attempt > this.attempt;
    return read.answer.position >= this.answer.position && read.answer.text.startsWith(this.answer.text);
  }

  /** What was read is what is true: all that has to be told to get there. */
  learn(read: Read): GenerationEvent[] {
    const told: GenerationEvent[] =
      read.attempt === this.attempt && this.goesOn(read) ? missing(read, this.answer.position) : [wholeOf(read)];
    this.attempt = read.attempt;
    this.answer = read.answer;
    if (told.length > 0) this.version += 1;
    if (read.end) {
      this.finish(read.end);
      told.push(read.end);
    }
    return told;
  }

  /** With the end, where there is one. */
  catchUp(place: Place | undefined): GenerationEvent[] {
    return this.end ? [...lacking(this, place), this.end] : lacking(this, place);
  }

  private finish(end: End): void {
    this.end = end;
    this.status = end.status;
    this.version += 1;
  }
}
