import type pg from 'pg';

export interface PoolCounts {
  total: number;
  idle: number;
  waiting: number;
}

interface Held {
  since: number;
  /** Made when the connection was asked for; its stack is where. */
  place: Error;
  told: boolean;
}

/** So many requests that wait for a connection are an alert. */
export const MOST_WAITING = 5;

export interface PoolWatcher {
  waited(seconds: number): void;
  /** All connections are out, and somebody has to wait for one. The result is called when that is over. */
  waits(): (error: Error | undefined) => void;
  /** More than `MOST_WAITING` wait. Told once, and again only after fewer did. */
  saturated(counts: PoolCounts): void;
}

/** Watches a pool of node-postgres: how long one waits for a connection, how many do, and who does not give it back. */
export class WatchedPool {
  private readonly held = new Map<pg.PoolClient, Held>();
  private isSaturated = false;

  constructor(
    readonly name: 'primary' | 'read',
    private readonly pool: pg.Pool,
    private readonly watcher: PoolWatcher,
  ) {
    const connect = pool.connect.bind(pool) as (callback: OnConnection) => void;
    const watched = (callback: OnConnection): void => {
      const place = here();
      const asked = performance.now();
      const over = this.isAllOut ? watcher.waits() : undefined;
      connect((error, client, release) => {
        over?.(error);
        if (client) {
          const since = performance.now();
          watcher.waited((since - asked) / 1000);
          this.held.set(client, { since, place, told: false });
        }
        this.countWaiting();
        callback(error, client, release);
      });
      this.countWaiting();
    };
    const connectWatched = (callback?: OnConnection): Promise<pg.PoolClient> | undefined => {
      if (callback) {
        watched(callback);
        return undefined;
      }
      return new Promise((resolve, reject) =>
        watched((error, client) => (client ? resolve(client) : reject(error ?? new Error('no connection')))),
      );
    };
    pool.connect = connectWatched as typeof pool.connect;
    pool.on('release', (_error, client) => this.held.delete(client));
  }

  get counts(): PoolCounts {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** Those that are idle may be spoken for already, in the same turn. */
  private get isAllOut(): boolean {
    const { total, idle, waiting } = this.counts;
    return total >= this.pool.options.max && waiting >= idle;
  }

  private countWaiting(): void {
    const { counts } = this;
    const before = this.isSaturated;
    this.isSaturated = counts.waiting > MOST_WAITING;
    if (this.isSaturated && !before) this.watcher.saturated(counts);
  }

  /** Where connections were taken that have been held for longer than this; each is told once. */
  overdue(seconds: number): { seconds: number; place: string }[] {
    const now = performance.now();
    const overdue = [...this.held.values()].filter(({ since, told }) => !told && now - since > seconds * 1000);
    return overdue.map((held) => {
      held.told = true;
      return { seconds: (now - held.since) / 1000, place: placeOf(held.place) };
    });
  }
}

type OnConnection = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error) => void,
) => void;

/** Between the pool and who asked for something stand ten lines of libraries, as many as are kept by default. */
const DEPTH = 24;

const here = (): Error => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const place = new Error('a database connection was taken here');
  Error.stackTraceLimit = stackTraceLimit;
  return place;
};

/** Lines of libraries. In the bundle, where there are no files, they are known by their classes. */
const FOREIGN =
  /node_modules|node:|watched-pool|at here |at watched |at BoundPool\.|at new Promise|Postgres(Driver|QueryRunner)|DataSource|EntityManager/;
/** `at Store.list (file:1:2)`; a line without a name says nothing. */
const NAMED = /^at .+ \(/;

/** The lines of our own code. */
const placeOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => NAMED.test(line) && !FOREIGN.test(line))
    .slice(0, 4)
    .join(' < ');
