import type { Logger } from '../common/logger.ts';
import { codeOf } from '../common/start-error.ts';
import type { Metrics } from './metrics.ts';

export type Signal = 'metrics' | 'traces' | 'errors';
interface Exporter<T> {
  export(items: T, done: (result: { code: number; error?: Error }) => void): void;
}
const SENT = 0;

/** A receiver did not take what it was sent. The message is ours, and can be logged. */
export class NotTaken extends Error {}

/** Of what others throw, only the code: their messages name the address, and what may be a key in it. */
const reasonOf = (error: unknown): string => {
  if (error instanceof NotTaken) return error.message;
  if (!(error instanceof Error)) return 'no answer';
  const code = codeOf(error) ?? codeOf(error.cause) ?? ('code' in error ? error.code : undefined);
  return `${error.name}${code === undefined ? '' : ` ${code}`}`;
};

/**
 * What became of what was sent to those who watch. A receiver that is away, slow or refuses costs nobody anything: it is counted, and
 * said once in the log, and once more when it is back.
 */
export class Deliveries {
  private readonly away = new Set<Signal>();
  private logger: Pick<Logger, 'warn' | 'info'> | undefined;

  constructor(private readonly metrics: Pick<Metrics, 'delivered'>) {}

  /** The log itself is watched, and so comes later. */
  sayIn(logger: Pick<Logger, 'warn' | 'info'>): void {
    this.logger = logger;
  }

  sent(signal: Signal): void {
    this.metrics.delivered(signal, 'sent');
    if (this.away.delete(signal)) this.logger?.info({ signal }, 'a receiver of telemetry is back');
  }

  failed(signal: Signal, error: unknown): void {
    this.metrics.delivered(signal, 'failed');
    if (this.away.has(signal)) return;
    this.away.add(signal);
    this.logger?.warn(
      { signal, reason: reasonOf(error) },
      'a receiver of telemetry does not take it; nothing else is affected',
    );
  }

  /** More than a receiver should be sent, or than may wait for one that is slow. */
  dropped(signal: Signal): void {
    this.metrics.delivered(signal, 'dropped');
  }

  counted<T, E extends Exporter<T>>(signal: Signal, exporter: E & Exporter<T>): E {
    const send = exporter.export.bind(exporter);
    exporter.export = (items, done) =>
      send(items, (result) => {
        if (result.code === SENT) this.sent(signal);
        else this.failed(signal, result.error);
        done(result);
      });
    return exporter;
  }
}
