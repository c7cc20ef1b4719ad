import { RateLimiterMemory } from 'rate-limiter-flexible';
import { LimitStore, type Spent } from './limit-store.ts';

/** One process: its memory is what all its requests share. A key is forgotten when its window ends. */
export class MemoryLimitStore extends LimitStore {
  readonly canBeAway = false;
  private readonly counters = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: 1 });

  async spend(key: string, windowSeconds: number): Promise<Spent> {
    const { consumedPoints, msBeforeNext } = await this.counters.penalty(key, 1, {
      customDuration: Math.ceil(windowSeconds),
    });
    return { points: consumedPoints, resetMilliseconds: msBeforeNext };
  }

  async read(key: string): Promise<Spent | null> {
    const counter = await this.counters.get(key);
    return counter && { points: counter.consumedPoints, resetMilliseconds: counter.msBeforeNext };
  }

  async forget(key: string): Promise<void> {
    await this.counters.delete(key);
  }
}
