import { type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AppError } from '../common/app-error.ts';
import { Config } from '../config/config.ts';
import { tellStanding } from './limit-headers.ts';
import { tooMany } from './limits.guard.ts';
import { SharedCounts } from './shared-counts.ts';
import { type Asking, trackerOf } from './tracker.ts';

/**
 * Counts what is refused before the limits are reached, together with the other requests of that person or address: guessing
 * tokens must not be free.
 */
@Injectable()
export class Refusals {
  constructor(
    private readonly counts: SharedCounts,
    private readonly config: Config,
  ) {}

  /** Throws `rate.limited` where the requests are used up, else the refusal itself. */
  async count(context: ExecutionContext, refusal: unknown): Promise<never> {
    if (context.getType() !== 'http' || !isAnAttempt(refusal)) throw refusal;
    const request = context.switchToHttp().getRequest<Asking>();
    const limit = request.identity ? this.config.RATE_LIMIT_MAX_SIGNED_IN : this.config.RATE_LIMIT_MAX;
    const milliseconds = this.config.RATE_LIMIT_WINDOW * 60_000;
    const counted = await this.counts.increment(`requests ${trackerOf(request)}`, milliseconds, limit);
    tellStanding(context.switchToHttp().getResponse<FastifyReply>(), {
      name: 'requests',
      limit,
      windowSeconds: Math.ceil(milliseconds / 1000),
      remaining: Math.max(0, limit - counted.totalHits),
      resetSeconds: counted.timeToExpire,
    });
    throw counted.isBlocked ? tooMany(counted.timeToExpire) : refusal;
  }
}

/** A token that has just run out is a page that will come back with a new one, and a database that is away is nobody's attempt. */
const isAnAttempt = (refusal: unknown): boolean =>
  refusal instanceof AppError && refusal.code.startsWith('auth.') && refusal.code !== 'auth.token_expired';
