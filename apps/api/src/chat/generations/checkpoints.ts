import { Injectable } from '@nestjs/common';
import { NodeLease } from '../../cluster/node-lease.ts';
import { Logger } from '../../common/logger.ts';
import { GenerationStore } from './generation-store.ts';
import { JournalStore } from './journal-store.ts';
import { LiveGenerations } from './live-generations.ts';

const INTERVAL_MILLISECONDS = 1_500;
/** Also what has not changed is checkpointed this often, so that it does not hold back the emptying of the journal. */
const QUIET_MILLISECONDS = 30_000;

/** Writes the text so far of all running generations to their messages, and empties the journal of what that makes needless. */
@Injectable()
export class Checkpoints {
  private seq = '0';
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private lastQuiet = 0;
  private lastEmptied = 0;

  constructor(
    private readonly store: GenerationStore,
    private readonly journal: JournalStore,
    private readonly alive: LiveGenerations,
    private readonly lease: NodeLease,
    private readonly logger: Logger,
  ) {}

  /** All frames up to this journal row are in the texts of the live generations. */
  durableUpTo(seq: string): void {
    this.seq = seq;
  }

  /** `onStop` gets those generations that somebody asked to stop while the hint was lost. */
  start(onStop: (generationId: string) => void): void {
    this.timer = setInterval(() => {
      this.running ??= this.write(onStop)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'a checkpoint failed; the journal has it'))
        .finally(() => {
          this.running = undefined;
        });
    }, INTERVAL_MILLISECONDS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.write(() => undefined).catch(() => undefined);
  }

  private async write(onStop: (generationId: string) => void): Promise<void> {
    const now = performance.now();
    const everything = now - this.lastQuiet > QUIET_MILLISECONDS;
    const alive = this.alive.all();
    const due = alive.filter(({ dirty }) => dirty || everything);
    const lease = this.lease.current;
    // Also of those that are silent somebody may have asked to be stopped.
    if (lease && alive.length > 0) {
      const checkpoints = due.map((live) => {
        live.dirty = false;
        return {
          generationId: live.row.id,
          messageId: live.row.messageId,
          attempt: live.row.attempt,
          answer: live.shown,
        };
      });
      try {
        for (const generationId of await this.store.checkpoint(lease, this.seq, checkpoints)) onStop(generationId);
      } catch (error) {
        for (const live of due) live.dirty = true;
        throw error;
      }
    }
    if (everything) this.lastQuiet = now;
    if (now - this.lastEmptied > QUIET_MILLISECONDS) {
      this.lastEmptied = now;
      await this.journal.emptyOldestSlot().catch((error: unknown) => {
        this.logger.debug({ err: error }, 'the journal was in use and is emptied later');
      });
    }
  }
}
