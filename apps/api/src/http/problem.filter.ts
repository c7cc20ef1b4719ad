import { ERRORS, type Problem, ROUTES, type Route } from '@chatbox/contracts';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.ts';
import type { Logger } from '../common/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Tracing } from '../metrics/tracing/tracing.ts';
import { problemOf, toAppError } from './problem.ts';

/** The HTTP edge of every error: problem details for the client, a log line with the cause for the operator. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = this.named(thrown, request);
    this.metrics.recordError(error.code);
    this.tracing.current?.note({ 'error.type': error.code });
    if (error.code === 'internal' || error.code === 'database.unavailable')
      this.logger.error(
        {
          requestId: request.id,
          route: request.routeOptions.url ?? 'unknown',
          code: error.code,
          err: error.cause ?? error,
        },
        'request failed',
      );
    // The head is out: nothing more can be said to this client than that the answer is not whole.
    if (reply.raw.headersSent) {
      reply.raw.statusCode = ERRORS[error.code].http;
      reply.raw.destroy();
      return;
    }
    sendProblem(reply, problemOf(error, request.id));
  }

  private named(thrown: unknown, request: FastifyRequest): AppError {
    const error = toAppError(thrown);
    if (error.code !== 'route.not_found' || !isKnownPath(request.url)) return error;
    return new AppError('route.method_not_allowed');
  }
}

export const sendProblem = (reply: FastifyReply, problem: Problem): void => {
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  if (problem.code === 'route.method_not_allowed') reply.header('allow', methodsOf(reply.request.url).join(', '));
  void reply.code(problem.status).type('application/problem+json; charset=utf-8').send(problem);
};

const PATTERNS = Object.values<Route>(ROUTES).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
}));
const methodsOf = (url: string): string[] => {
  const path = url.split('?', 1)[0] ?? '';
  return PATTERNS.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
};
const isKnownPath = (url: string): boolean => methodsOf(url).length > 0;
