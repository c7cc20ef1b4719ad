import { type ExecutionContext, Injectable } from '@nestjs/common';
import { type Resolvable, ThrottlerGuard, type ThrottlerOptions } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { AppError } from '../common/app-error.ts';
import { tellStanding } from './limit-headers.ts';

/** Global, and after the guard that knows who asks. Which limits there are is said in limits.module.ts, for which routes in rules.ts. */
@Injectable()
export class LimitsGuard extends ThrottlerGuard {
  /** As the library does it, without asking for its decorators with every request: what a route needs is said in rules.ts alone. */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    for (const limit of this.throttlers) if (!limit.skipIf?.(context)) await this.count(context, limit);
    return true;
  }

  private async count(context: ExecutionContext, { name = 'default', ...of }: ThrottlerOptions): Promise<void> {
    const { req, res } = this.getRequestResponse(context);
    const [limit, milliseconds] = [await answered(of.limit, context), await answered(of.ttl, context)];
    const tracker = await (of.getTracker ?? this.commonOptions.getTracker)?.(req, context);
    const counted = await this.storageService.increment(`${name} ${tracker}`, milliseconds, limit, milliseconds, name);
    tellStanding(res as unknown as FastifyReply, {
      name,
      limit,
      windowSeconds: Math.ceil(milliseconds / 1000),
      remaining: Math.max(0, limit - counted.totalHits),
      resetSeconds: counted.timeToExpire,
    });
    if (counted.isBlocked) throw tooMany(counted.timeToExpire);
  }
}

const answered = (value: Resolvable<number>, context: ExecutionContext): number | Promise<number> =>
  typeof value === 'function' ? value(context) : value;

export const tooMany = (seconds: number): AppError =>
  new AppError('rate.limited', {
    detail: `Try again in ${seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`}.`,
    retryAfterSeconds: seconds,
  });
