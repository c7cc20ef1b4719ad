import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span, Tracing } from '../metrics/tracing/tracing.ts';

/** Asked every few seconds by machines; there is nothing to find out about them. */
const NOT_WORTH_IT = /^\/(health|metrics)\b/;

/**
 * One step for each request whose trace is kept, from its first byte to the last of its answer. Call the result at the end of a
 * request, once: it ends the step, and gives the trace's id, or undefined. Named by the template of the route: addresses hold ids, and more.
 */
export const traceRequests = (
  server: FastifyInstance,
  tracing: Tracing,
): ((request: FastifyRequest, status: number) => string | undefined) => {
  const spans = new WeakMap<FastifyRequest, Span>();
  server.addHook('onRequest', (request, _reply, done) => {
    const { url: route = 'unknown' } = request.routeOptions;
    const { traceparent } = request.headers;
    const span = NOT_WORTH_IT.test(route)
      ? undefined
      : tracing.begin(
          `${request.method} ${route}`,
          'server',
          { 'http.request.method': request.method, 'http.route': route, 'chatbox.request_id': request.id },
          typeof traceparent === 'string' ? traceparent : undefined,
        );
    if (!span) return done();
    spans.set(request, span);
    tracing.inside(span, done);
  });
  // A body arrives in events of the connection, which belong to no request.
  server.addHook('preValidation', (request, _reply, done) => tracing.inside(spans.get(request), done));
  return (request, status) => {
    const span = spans.get(request);
    span?.note({ 'http.response.status_code': status });
    if (status >= 500) span?.fail(new Error('an error was answered'));
    span?.end();
    return span?.traceId;
  };
};
