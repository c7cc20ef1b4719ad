import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { InsuredLimitStore } from './when-the-store-is-away.ts';

type Counted = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The throttler's counts, kept where all replicas see them. */
@Injectable()
export class SharedCounts implements ThrottlerStorage {
  constructor(private readonly store: InsuredLimitStore) {}

  /** A window is not prolonged by who keeps trying in it, so the block ends with the window. */
  async increment(key: string, ttl: number, limit: number): Promise<Counted> {
    const { points, resetMilliseconds } = await this.store.spend(key, ttl / 1000);
    const timeToExpire = Math.max(1, Math.ceil(resetMilliseconds / 1000));
    return { totalHits: points, timeToExpire, isBlocked: points > limit, timeToBlockExpire: timeToExpire };
  }
}
