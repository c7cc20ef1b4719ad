import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  createEventEnvelope,
  createStackParser,
  type Event,
  type Exception,
  getEnvelopeEndpointWithUrlEncodedAuth,
  isRateLimited,
  makeDsn,
  type RateLimits,
  serializeEnvelope,
  updateRateLimits,
} from '@sentry/core';
import { nodeStackLineParser } from '@sentry/core/server';
import type { Described } from '../../common/logger.ts';
import { StartError } from '../../common/start-error.ts';
import { VERSION } from '../../common/version.ts';
import { NotTaken } from '../deliveries.ts';
import type { Send } from './error-tracker.ts';
import { GIVE_UP_MILLISECONDS } from './json-receiver.ts';
import type { Report } from './report.ts';

const framesOf = createStackParser(nodeStackLineParser());
/** https://develop.sentry.dev/sdk/data-model/event-payloads/; what stands here is all that is sent. */
const SDK = { name: 'chatbox', version: VERSION };
/** What one looks for; the others are read only. */
const TAGS = ['code', 'requestId', 'generationId', 'traceId'];

/**
 * Sentry, or whatever speaks its protocol (GlitchTip, Bugsink). Only its core is used, which writes events and envelopes: the SDKs above
 * it patch modules, collect headers and bodies, and cost a third of a second at the start.
 */
export const sentryReceiver = (address: string, environment: string): Send => {
  const dsn = makeDsn(address);
  if (!dsn)
    throw new StartError('These settings are wrong:\n  SENTRY_DSN or ERROR_TRACKING_SERVICE: not an address of Sentry');
  const url = getEnvelopeEndpointWithUrlEncodedAuth(dsn, undefined, SDK);
  let limits: RateLimits = {};
  return async (report) => {
    if (isRateLimited(limits, 'error')) throw new NotTaken('it asked to be left alone for a while');
    const envelope = createEventEnvelope(eventOf(report, environment), dsn, { sdk: SDK });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-sentry-envelope' },
      body: serializeEnvelope(envelope) as string,
      redirect: 'error',
      signal: AbortSignal.timeout(GIVE_UP_MILLISECONDS),
    });
    await answer.body?.cancel();
    limits = updateRateLimits(limits, {
      statusCode: answer.status,
      headers: {
        'x-sentry-rate-limits': answer.headers.get('x-sentry-rate-limits'),
        'retry-after': answer.headers.get('retry-after'),
      },
    });
    if (!answer.ok) throw new NotTaken(`it answered ${answer.status}`);
  };
};

const eventOf = ({ at, message, error, fields }: Report, environment: string): Event => ({
  event_id: randomUUID().replaceAll('-', ''),
  timestamp: at.getTime() / 1000,
  platform: 'node',
  level: 'error',
  logger: 'chatbox',
  release: `chatbox@${VERSION}`,
  environment,
  server_name: hostname(),
  transaction: typeof fields.route === 'string' ? fields.route : undefined,
  ...(error ? { exception: { values: exceptionsOf(error) } } : {}),
  message,
  tags: Object.fromEntries(TAGS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]))),
  extra: fields,
});

/** The cause comes first, as Sentry wants it. */
const exceptionsOf = ({ type, message, stack, code, cause }: Described): Exception[] => [
  ...(cause ? exceptionsOf(cause) : []),
  {
    type,
    value: code === undefined ? message : `${message} (${code})`,
    mechanism: { type: 'chatbox', handled: true },
    ...(stack === undefined ? {} : { stacktrace: { frames: framesOf(stack) } }),
  },
];
