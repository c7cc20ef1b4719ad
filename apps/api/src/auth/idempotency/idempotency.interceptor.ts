import { createHmac, randomUUID } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { Config } from '../../config/config.ts';
import { toAppError } from '../../http/problem.ts';
import { type Claim, KeptAnswers } from './kept-answers.ts';

const HEADER = 'idempotency-key';
/** The draft of the header's standard calls for a text; ours is what fits into a log line. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * `Idempotency-Key` on every POST of somebody who is known (draft-ietf-httpapi-idempotency-key-header): the first answer is kept for
 * 24 hours and given again to whoever repeats the request. It comes after the guards, so that what was taken away stays away.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly kept: KeptAnswers,
    private readonly config: Config,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest & { identity?: Identity }>();
    const key = request.headers[HEADER];
    if (key === undefined || request.method !== 'POST' || !request.identity || !request.url.startsWith('/api/v1/'))
      return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return from(
      this.once(claimOf(request, request.identity, key, this.config.SESSION_SECRET), reply, () =>
        lastValueFrom(next.handle(), { defaultValue: undefined }),
      ),
    );
  }

  private async once(claim: Claim, reply: FastifyReply, act: () => Promise<unknown>): Promise<unknown> {
    const earlier = await this.kept.claim(claim);
    if (earlier) {
      reply.header('idempotent-replayed', 'true');
      if ('error' in earlier) throw new AppError(earlier.error.code, earlier.error);
      reply.status(earlier.status);
      return earlier.body;
    }
    try {
      const body = await act();
      await this.kept.keep(claim, { status: reply.statusCode, body });
      return body;
    } catch (thrown) {
      await this.kept.keepRefusal(claim, toAppError(thrown));
      throw thrown;
    }
  }
}

const claimOf = (request: FastifyRequest, who: Identity, key: string | string[], secret: string): Claim => {
  if (typeof key !== 'string' || !KEY.test(key))
    throw new AppError('request.invalid', {
      issues: [{ path: HEADER, message: 'is 1 to 200 visible ASCII characters' }],
    });
  return {
    // A key has its own: it must not be given what only another was allowed to see.
    caller: who.key?.id ?? who.userId,
    accountId: who.userId,
    key,
    attempt: randomUUID(),
    // Keyed, because a body may hold a password, and what is kept must not let anybody try passwords against it.
    fingerprint: createHmac('sha256', secret)
      .update(JSON.stringify([request.method, request.url, request.body ?? null]))
      .digest(),
  };
};
