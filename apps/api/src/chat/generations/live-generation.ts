import type { Delta, Part, PartKind, Place, Reset, TerminalStatus } from '@chatbox/contracts';
import { Answer } from './answer.ts';
import type { GenerationEvent } from './fanout.ts';
import type { Frame } from './frames.ts';
import type { GenerationRow } from './generation-row.ts';
import { type Known, lacking, wholeOf } from './lacking.ts';

/** A generation that this node owns: what is durable (and therefore may be shown), and where the received text goes on. */
export class LiveGeneration {
  readonly abort = new AbortController();
  /** Durable and shown. */
  shown: Answer;
  /** Changed since the last checkpoint. */
  dirty = true;
  stopRequested: boolean;
  /** Its terminal state, once that is durable. */
  ended: TerminalStatus | undefined;
  /** Not this node's to end any more: words that become durable from here on are not in `shown`. */
  isLetGo = false;
  private part: number;
  private kind: PartKind | undefined;
  private position: number;

  constructor(
    public row: Readonly<GenerationRow>,
    readonly durableParts: Part[] = [],
  ) {
    this.shown = Answer.of(durableParts);
    this.stopRequested = row.stopRequestedAt !== null;
    if (this.stopRequested) this.abort.abort();
    this.part = durableParts.length - 1;
    this.kind = durableParts.at(-1)?.kind;
    this.position = this.shown.position;
  }

  /** Leaves it to whoever takes it up. */
  letGo(): void {
    this.isLetGo = true;
    this.abort.abort();
  }

  /** Gives received text its place; nobody sees it before it comes back by `commit`. */
  receive(kind: PartKind, text: string): Frame {
    if (kind !== this.kind) {
      this.part += 1;
      this.kind = kind;
    }
    this.position += text.length;
    return {
      generationId: this.row.id,
      attempt: this.row.attempt,
      position: this.position,
      part: this.part,
      kind,
      text,
    };
  }

  /** The frame is durable: it becomes part of what is shown. */
  commit({ position, part, kind, text }: Frame): Delta {
    this.shown.append(part, kind, text);
    this.dirty = true;
    return { type: 'delta', generationId: this.row.id, attempt: this.row.attempt, position, text, part, kind };
  }

  /** Begins the next attempt without the text of this one, after the database has. */
  restart(): Reset {
    this.row = { ...this.row, attempt: this.row.attempt + 1 };
    this.shown = new Answer();
    this.part = -1;
    this.kind = undefined;
    this.position = 0;
    this.dirty = false;
    return this.reset();
  }

  reset(): Reset {
    return wholeOf(this.known);
  }

  catchUp(place: Place | undefined): GenerationEvent[] {
    return lacking(this.known, place);
  }

  private get known(): Known {
    return { generationId: this.row.id, attempt: this.row.attempt, status: 'running', answer: this.shown };
  }
}
