import { LimitStore, MemoryLimitStore, type Spent } from '@chatbox/engine';
import type { Logger } from '../common/logger.ts';

/** A count that takes longer costs every request more than it protects. */
const PATIENCE_MILLISECONDS = 250;
/** How long the shared store is left alone after a failure, so that a dead one is not waited for at every request. */
const PAUSE_MILLISECONDS = 2_000;

/**
 * What happens when the store that all replicas share is away: **this process counts alone.** No door opens, because nothing
 * is ever uncounted: with N replicas a limit is at most N times as large for as long as it lasts. And no door closes: nobody
 * is refused because a count could not be read. What was counted before is forgotten with the store, and begins anew
 * with it. It is said once in the log when it begins and once when it ends.
 */
export class InsuredLimitStore extends LimitStore {
  readonly canBeAway = false;
  private readonly own = new MemoryLimitStore();
  private awayUntil = 0;
  private isAway = false;

  constructor(
    private readonly shared: LimitStore,
    private readonly logger: Pick<Logger, 'warn' | 'info'>,
  ) {
    super();
  }

  spend(key: string, windowSeconds: number): Promise<Spent> {
    return this.ask((store) => store.spend(key, windowSeconds));
  }

  read(key: string): Promise<Spent | null> {
    return this.ask((store) => store.read(key));
  }

  forget(key: string): Promise<void> {
    return this.ask((store) => store.forget(key));
  }

  private ask<T>(question: (store: LimitStore) => Promise<T>): Promise<T> {
    return this.shared.canBeAway ? this.askWithPatience(question) : question(this.shared);
  }

  private async askWithPatience<T>(question: (store: LimitStore) => Promise<T>): Promise<T> {
    if (performance.now() < this.awayUntil) return question(this.own);
    try {
      const answer = await within(PATIENCE_MILLISECONDS, question(this.shared));
      if (this.isAway) this.logger.info({}, 'the shared store of limits is back');
      this.isAway = false;
      return answer;
    } catch (error) {
      if (!this.isAway)
        this.logger.warn({ err: error }, 'the shared store of limits is away; this process counts alone');
      this.isAway = true;
      this.awayUntil = performance.now() + PAUSE_MILLISECONDS;
      return question(this.own);
    }
  }
}

const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
