import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../common/logger.ts';
import type { ConfigValues } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';
import { parseJsonBody } from './json-body.ts';
import { ProblemFilter } from './problem.filter.ts';

const BODY_LIMIT = 1024 * 1024;
const MAX_PARAM_LENGTH = 200;
const REQUEST_ID = /^[\w.-]{1,64}$/;

export const httpAdapter = (config: ConfigValues): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: config.TRUSTED_PROXIES.split(',').map((address) => address.trim()),
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A stream lives as long as its reader; only the arrival of a request is limited in time.
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
  });

/** A caller's id is kept when it is harmless in a header and in a log line, so that one id runs through all systems. */
const requestIdOf = (request: Pick<IncomingMessage, 'headers'>): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};

/** Everything between the socket and the routes: bodies, headers, cookies, errors, one log line per request. */
export const setUpHttp = async (app: NestFastifyApplication, config: ConfigValues, logger: Logger): Promise<void> => {
  const server = app.getHttpAdapter().getInstance();
  const metrics = app.get(Metrics);
  // JSON is the only body there is; text/plain is what a form on another site can send without asking.
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
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });
  server.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
      },
      'request',
    );
  });
  await app.register(cookie);
  if (config.CORS_ORIGIN)
    app.enableCors({
      origin: config.CORS_ORIGIN.split(',').map((origin) => origin.trim()),
      credentials: true,
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    });
  app.useGlobalFilters(new ProblemFilter(logger, metrics));
};
