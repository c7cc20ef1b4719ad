import { type Logger, openLogger, requestLines } from '../common/logger.ts';
import { type ConfigValues, SENTRY_DSN } from '../config/config.ts';
import { Deliveries } from './deliveries.ts';
import { ErrorTracker, type Send } from './errors/error-tracker.ts';
import { Metrics } from './metrics.ts';
import { NoTracing, type Tracing } from './tracing/tracing.ts';

/** What a stopping process waits for receivers, altogether. */
const PATIENCE_MILLISECONDS = 2_000;

export interface Telemetry {
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Also sends errors to whoever collects them. */
  readonly logger: Logger;
  /** For the line of every request. */
  readonly lines: Pick<Logger, 'info'>;
  /** Resolves when errors that were logged have been sent, or soon. */
  told(): Promise<void>;
  /** Sends what waits, for a moment. */
  close(): Promise<void>;
}

/** The one place that knows who watches. What nobody has asked for is not even loaded. */
export const openTelemetry = async (config: ConfigValues): Promise<Telemetry> => {
  const metrics = new Metrics(config);
  const deliveries = new Deliveries(metrics);
  const ends: Ends = [];
  const tracing = await openTracing(config, deliveries, ends);
  const here = (): object => (tracing.current ? { traceId: tracing.current.traceId } : {});
  const mixin = tracing.isOn ? here : undefined;
  const plain = openLogger(config.LOG_LEVEL, undefined, mixin);
  const lines = requestLines(config.LOG_LEVEL, undefined, mixin);
  deliveries.sayIn(plain);
  const errors = new ErrorTracker(await receiversOf(config), deliveries, here);
  ends.push(() => errors.settled());
  const pushTo = addressIn(config.MONITORING_SERVICE);
  if (pushTo !== undefined) {
    const { OtlpPush } = await import('./push/otlp-push.ts');
    const everySeconds = config.MONITORING_PUSH_SECONDS;
    const push = new OtlpPush({ url: pushTo, headers: headersOf(config), everySeconds }, metrics, deliveries);
    ends.push(() => push.close());
  }
  return {
    metrics,
    tracing,
    logger: errors.watching(plain),
    lines,
    told: () => {
      lines.flush();
      return soon(errors.settled());
    },
    close: () => {
      lines.flush();
      metrics.close();
      return soon(Promise.allSettled(ends.map((end) => end())));
    },
  };
};

const soon = async (work: Promise<unknown>): Promise<void> => {
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, PATIENCE_MILLISECONDS).unref();
  });
  await Promise.race([work, late]);
};

type Ends = (() => Promise<void>)[];

const openTracing = async (config: ConfigValues, deliveries: Deliveries, ends: Ends): Promise<Tracing> => {
  const url = addressIn(config.OTEL_EXPORTER_OTLP_ENDPOINT) ?? addressIn(config.MONITORING_SERVICE);
  if (url === undefined || config.TRACE_SAMPLE_RATIO === 0) return new NoTracing();
  const { OtlpTracing } = await import('./tracing/otlp-tracing.ts');
  const tracing = new OtlpTracing({ url, headers: headersOf(config), ratio: config.TRACE_SAMPLE_RATIO }, deliveries);
  ends.push(() => tracing.close());
  return tracing;
};

const receiversOf = async ({ ERROR_TRACKING_SERVICE: service, SENTRY_DSN: dsn, NODE_ENV }: ConfigValues) => {
  const receivers: Send[] = [];
  if (service === 'none') return receivers;
  const address = service === 'sentry' ? undefined : service;
  const addresses = new Set([dsn, address].filter((one) => one !== undefined));
  for (const one of addresses)
    if (SENTRY_DSN.test(one)) {
      const { sentryReceiver } = await import('./errors/sentry-receiver.ts');
      receivers.push(sentryReceiver(one, NODE_ENV));
    } else {
      const { jsonReceiver } = await import('./errors/json-receiver.ts');
      receivers.push(jsonReceiver(one, NODE_ENV));
    }
  return receivers;
};

const addressIn = (setting: string | undefined): string | undefined =>
  setting !== undefined && /^https?:/.test(setting) ? setting.replace(/\/+$/, '') : undefined;

/** `name=value`, separated by commas, values encoded as in addresses: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
const headersOf = ({ OTEL_EXPORTER_OTLP_HEADERS: headers = '' }: ConfigValues): Record<string, string> =>
  Object.fromEntries(
    headers.split(',').flatMap((pair) => {
      const [name = '', ...value] = pair.split('=');
      return name.trim() === '' ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())]];
    }),
  );
