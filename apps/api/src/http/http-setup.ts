import type { ServerResponse } from 'node:http';
import { ROUTES, type Route } from '@chatbox/contracts';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.ts';
import type { Identity } from '../common/identity.ts';
import type { Logger } from '../common/logger.ts';
import type { ConfigValues } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Tracing } from '../metrics/tracing/tracing.ts';
import { parseJsonBody } from './json-body.ts';
import { ProblemFilter } from './problem.filter.ts';
import { requestIdOf } from './request-id.ts';
import { traceRequests } from './trace-requests.ts';

const BODY_LIMIT = 1024 * 1024;
const MAX_PARAM_LENGTH = 200;

export const httpAdapter = (config: ConfigValues): FastifyAdapter => {
  const milliseconds = config.REQUEST_TIMEOUT_SECONDS * 1_000;
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: config.TRUSTED_PROXIES.split(',').map((address) => address.trim()),
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A stream lives as long as its reader; only the arrival of a request is limited in time.
    requestTimeout: milliseconds,
    http: { headersTimeout: milliseconds, connectionsCheckingInterval: Math.min(5_000, milliseconds / 2) },
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
  });
};

/** An answer is data: nothing in it is to be run, framed, embedded, kept or guessed at. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** What a form may be sent to: it needs no leave of the browser, so that these must not believe in cookies. */
const FORMS: ReadonlySet<string> = new Set(
  Object.values<Route>(ROUTES)
    .filter(({ form }) => form)
    .map(({ path }) => path),
);

/** What nginx writes down for a client that did not wait for the end of its answer; nobody is ever sent it. */
const CLIENT_LEFT = 499;

/** Where the answer broke off here, the filter of errors has set what is wrong, too late to be sent. */
const statusOf = ({ writableFinished, statusCode }: ServerResponse): number =>
  writableFinished || statusCode >= 500 ? statusCode : CLIENT_LEFT;

/** Everything between the socket and the routes: bodies, headers, cookies, errors, one log line per request. */
export const setUpHttp = (
  app: NestFastifyApplication,
  config: ConfigValues,
  logger: Logger,
  lines: Pick<Logger, 'info'>,
): void => {
  const server = app.getHttpAdapter().getInstance();
  const metrics = app.get(Metrics);
  const tracing = app.get(Tracing);
  // JSON is the only body there is, but for the forms below; text/plain is what a form on another site can send without asking.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (_request, body, done) => {
      try {
        done(null, parseJsonBody(body as string));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    if (FORMS.has(request.routeOptions.url ?? '')) done(null, Object.fromEntries(new URLSearchParams(body as string)));
    else done(new AppError('request.unsupported_media_type'));
  });
  const endTrace = tracing.isOn ? traceRequests(server, tracing) : () => undefined;
  const record = (request: FastifyRequest & { identity?: Identity }, { raw }: FastifyReply, seconds: number): void => {
    const route = request.routeOptions.url ?? 'unknown';
    const status = statusOf(raw);
    const traceId = endTrace(request, status);
    metrics.recordHttpRequest(request.method, route, status, seconds, traceId);
    if (request.identity) metrics.userSeen(request.identity.userId);
    lines.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status,
        milliseconds: Math.round(seconds * 10_000) / 10,
        address: request.ip,
        // A connection that breaks does so in nobody's trace.
        ...(traceId !== undefined && { traceId }),
      },
      'request',
    );
  };
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const began = performance.now();
    // Comes once, after every end; Fastify's onResponse stays away where the client has left before its answer was out.
    reply.raw.once('close', () => record(request, reply, (performance.now() - began) / 1000));
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    // RFC 6797: a browser must not believe it over plain HTTP, and a laptop has nothing else.
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    done();
  });
  if (config.CORS_ORIGIN)
    app.enableCors({
      origin: config.CORS_ORIGIN.split(',').map((origin) => origin.trim()),
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: [
        'authorization',
        'content-type',
        'idempotency-key',
        'last-event-id',
        'x-api-key',
        'x-request-id',
      ],
      exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
      maxAge: 600,
    });
  app.useGlobalFilters(new ProblemFilter(logger, metrics, tracing));
};
