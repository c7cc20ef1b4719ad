import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { AppError } from '../common/app-error.ts';
import { tellStanding } from './limit-headers.ts';

/** Global, and after the guard that knows who asks. Which limits there are is said in limits.module.ts, for which routes in rules.ts. */
@Injectable()
export class LimitsGuard extends ThrottlerGuard {
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return context.getType() !== 'http';
  }

  protected override async handleRequest(asked: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, blockDuration, throttler, getTracker } = asked;
    const { req, res } = this.getRequestResponse(context);
    const name = throttler.name ?? 'default';
    const key = `${name} ${await getTracker(req, context)}`;
    const counted = await this.storageService.increment(key, ttl, limit, blockDuration, name);
    tellStanding(res as unknown as FastifyReply, {
      name,
      limit,
      windowSeconds: Math.ceil(ttl / 1000),
      remaining: Math.max(0, limit - counted.totalHits),
      resetSeconds: counted.timeToExpire,
    });
    if (counted.isBlocked) throw tooMany(counted.timeToExpire);
    return true;
  }
}

export const tooMany = (seconds: number): AppError =>
  new AppError('rate.limited', {
    detail: `Try again in ${seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`}.`,
    retryAfterSeconds: seconds,
  });
