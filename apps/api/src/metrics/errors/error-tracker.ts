import pLimit from 'p-limit';
import type { Logger } from '../../common/logger.ts';
import type { Deliveries } from '../deliveries.ts';
import { type Report, reportOf } from './report.ts';

/** Takes one report to where they are collected. Rejects where it is not taken. */
export type Send = (report: Report) => Promise<void>;

const AT_ONCE = 2;
const MOST_WAITING = 64;
/** Of the same error: a database that is away makes one for every request. The counters have all of them. */
const MOST_A_MINUTE = 10;
const MOST_KINDS = 200;
const MINUTE = 60_000;

/** Sends what the log has at level `error` to those who collect errors. Never waits, never throws, and holds a bounded number. */
export class ErrorTracker {
  private readonly inTurn = pLimit(AT_ONCE);
  private kinds = new Map<string, number>();
  private since = performance.now();
  private readonly under = new Set<Promise<void>>();

  constructor(
    private readonly receivers: readonly Send[],
    private readonly deliveries: Deliveries,
    /** What is going on at this moment, such as `{ traceId }`. */
    private readonly context: () => object,
  ) {}

  get isOn(): boolean {
    return this.receivers.length > 0;
  }

  /** The same log, of which errors are sent on. */
  watching(logger: Logger): Logger {
    if (!this.isOn) return logger;
    return {
      debug: (fields, message) => logger.debug(fields, message),
      info: (fields, message) => logger.info(fields, message),
      warn: (fields, message) => logger.warn(fields, message),
      error: (fields, message) => {
        logger.error(fields, message);
        this.take(fields, message);
      },
    };
  }

  /** Waits until what was taken has been sent or given up. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.under);
  }

  private take(fields: object, message: string): void {
    const report = reportOf({ ...this.context(), ...fields }, message);
    for (const send of this.receivers) {
      if (!this.isWelcome(report) || this.inTurn.pendingCount >= MOST_WAITING) {
        this.deliveries.dropped('errors');
        continue;
      }
      const sending = this.inTurn(() => send(report)).then(
        () => this.deliveries.sent('errors'),
        (error: unknown) => this.deliveries.failed('errors', error),
      );
      this.under.add(sending);
      void sending.then(() => this.under.delete(sending));
    }
  }

  private isWelcome({ message, error, fields }: Report): boolean {
    const now = performance.now();
    if (now - this.since > MINUTE || this.kinds.size > MOST_KINDS) {
      this.kinds = new Map();
      this.since = now;
    }
    const kind = `${message} ${fields.code ?? ''} ${error?.type ?? ''} ${error?.message ?? ''}`;
    const count = (this.kinds.get(kind) ?? 0) + 1;
    this.kinds.set(kind, count);
    return count <= MOST_A_MINUTE * this.receivers.length;
  }
}
