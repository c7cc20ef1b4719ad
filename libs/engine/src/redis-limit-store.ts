import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { LimitStore, type Spent } from './limit-store.ts';
import { asked } from './redis-link.ts';

/** One script per count, run by Redis itself, so that no two spenders are told the same. */
export class RedisLimitStore extends LimitStore {
  readonly canBeAway = true;
  private readonly counters: RateLimiterRedis;

  constructor(link: Redis, prefix: string) {
    super();
    this.counters = new RateLimiterRedis({
      storeClient: link,
      keyPrefix: `${prefix}limit`,
      points: Number.MAX_SAFE_INTEGER,
      duration: 1,
      rejectIfRedisNotReady: true,
    });
  }

  async spend(key: string, windowSeconds: number): Promise<Spent> {
    const { consumedPoints, msBeforeNext } = await asked(
      this.counters.penalty(key, 1, { customDuration: Math.ceil(windowSeconds) }),
    );
    return { points: consumedPoints, resetMilliseconds: msBeforeNext };
  }

  async read(key: string): Promise<Spent | null> {
    const counter = await asked(this.counters.get(key));
    return counter && { points: counter.consumedPoints, resetMilliseconds: counter.msBeforeNext };
  }

  async forget(key: string): Promise<void> {
    await asked(this.counters.delete(key));
  }
}
