import pg from 'pg';
import { type Asked, requestCancel } from './cancel-request.ts';

/** What the connections of one pool know together: how long to wait for the server, and when it last answered any. */
export class Patience {
  readonly milliseconds: number;
  private heardAt = Number.NEGATIVE_INFINITY;
  private readonly clients = new Set<ImpatientClient>();

  /** Without end where it is `Infinity`. */
  constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
  }

  joined(client: ImpatientClient): void {
    this.clients.add(client);
    client.once('end', () => this.clients.delete(client));
  }

  heard(): void {
    this.heardAt = performance.now();
  }

  /** A server that answers nobody any more will not answer those either who have not asked yet. */
  lost(since: number): void {
    if (this.heardAt > since) return;
    for (const client of this.clients) client.leaveIfIdle();
  }
}

export interface ImpatientConfig extends pg.ClientConfig {
  patience?: Patience;
}

/**
 * A connection that is given up when a statement is not answered in time. `query_timeout` of the driver answers the
 * caller only, and the connection stays in the pool, busy for ever; and of a machine that vanished the kernel hears nothing
 * for a quarter of an hour. One timer for each connection, which is looked at when it fires, not one for each statement.
 */
export class ImpatientClient extends pg.Client {
  private readonly patience: Patience | undefined;
  private askedAt = 0;
  /** When the statement under way is given up; `Infinity` while there is none. */
  private dueAt = Number.POSITIVE_INFINITY;
  private looksAt = Number.POSITIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(config: ImpatientConfig = {}) {
    super(config);
    this.patience = config.patience;
    this.patience?.joined(this);
    // The server has answered all that it was asked.
    this.on('drain', () => {
      this.dueAt = Number.POSITIVE_INFINITY;
      this.patience?.heard();
    });
    this.once('end', () => clearTimeout(this.timer));
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, passed through
  override query(text: any, ...rest: any[]): any {
    const milliseconds: number = text?.patience ?? this.patience?.milliseconds ?? Number.POSITIVE_INFINITY;
    if (milliseconds !== Number.POSITIVE_INFINITY) this.expectWithin(milliseconds);
    return (super.query as (...args: unknown[]) => unknown)(text, ...rest);
  }

  leaveIfIdle(): void {
    if (this.dueAt === Number.POSITIVE_INFINITY && this.getTransactionStatus() === 'I') this.leave();
  }

  private expectWithin(milliseconds: number): void {
    this.askedAt = performance.now();
    this.dueAt = this.askedAt + milliseconds;
    if (this.dueAt < this.looksAt) this.lookIn(milliseconds);
  }

  private lookIn(milliseconds: number): void {
    clearTimeout(this.timer);
    this.looksAt = performance.now() + milliseconds;
    this.timer = setTimeout(() => {
      this.looksAt = Number.POSITIVE_INFINITY;
      if (this.dueAt === Number.POSITIVE_INFINITY) return;
      const rest = this.dueAt - performance.now();
      if (rest > 0) this.lookIn(rest);
      else this.lastLook();
    }, milliseconds).unref();
  }

  /** The answer may have come while this process stood still: what is there is read first. */
  private lastLook(): void {
    const { dueAt, askedAt } = this;
    setImmediate(() => {
      if (this.dueAt === Number.POSITIVE_INFINITY) return;
      if (this.dueAt !== dueAt) return this.lookIn(Math.max(0, this.dueAt - performance.now()));
      this.leave();
      // A server that lives would keep it waiting for ever, and may carry it out when nobody expects it any more.
      requestCancel(this as unknown as Asked);
      this.patience?.lost(askedAt);
    });
  }

  private leave(): void {
    const silent = Object.assign(new Error('the database did not answer in time'), { code: 'ETIMEDOUT' });
    this.connection.stream.destroy(silent);
  }
}
