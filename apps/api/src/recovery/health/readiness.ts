import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Bus } from '@chatbox/engine';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { NodeLease } from '../../cluster/node-lease.ts';
import { Config } from '../../config/config.ts';
import { appliedMigrations, ownMigrations } from '../../database/database.ts';
import { Metrics } from '../../metrics/metrics.ts';

const TIMEOUT_MILLISECONDS = 2000;
/** Asked often by several balancers; the answer may be this old, and everybody who asks meanwhile shares one look. */
const FRESH_MILLISECONDS = 1000;
/** The gauges are also right where nobody probes; a scrape does not wait for a database that is away. */
const LOOK_MILLISECONDS = 10_000;
/** Below the first it is time to act; below the second the database could not write its log much longer. */
const LITTLE_FREE_BYTES = 1024 ** 3;
const LEAST_FREE_BYTES = 100 * 1024 ** 2;

type Check = 'database' | 'migrations' | 'engine' | 'disk' | 'node_lease';
/** Throws what keeps this process from serving; says what only makes it worse. */
type Look = () => Promise<string | undefined>;

/** What this process needs in order to serve. Each check says what is wrong in words, and never with a host or a secret. */
@Injectable()
export class Readiness implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private readonly underWay = new Map<Check, ReturnType<Look>>();

  // Six: this is where the health of all parts comes together.
  constructor(
    private readonly source: DataSource,
    private readonly bus: Bus,
    private readonly lease: NodeLease,
    private readonly config: Config,
    private readonly indicator: HealthIndicatorService,
    private readonly metrics: Metrics,
  ) {}

  readonly checks: (() => Promise<HealthIndicatorResult>)[] = [
    () => this.check('database', () => this.database()),
    () => this.check('migrations', () => this.migrations()),
    () => this.check('engine', () => this.engine()),
    () => this.check('disk', () => this.disk()),
    () => this.check('node_lease', () => this.nodeLease()),
  ];

  onApplicationBootstrap(): void {
    const look = () => void Promise.all(this.checks.map((check) => check()));
    look();
    this.timer = setInterval(look, LOOK_MILLISECONDS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async check(name: Check, look: Look): Promise<HealthIndicatorResult> {
    const session = this.indicator.check(name);
    const seen = await session
      .attempt(async () => {
        const checkedAt = new Date().toISOString();
        const message = await this.only(name, look);
        return message === undefined ? { checkedAt } : { checkedAt, message };
      })
      .withTimeout(TIMEOUT_MILLISECONDS)
      .cacheFor(FRESH_MILLISECONDS);
    const { status, ...data } = seen[name] as { status: 'up' | 'down'; message?: string };
    this.metrics.health(name, status === 'up' && data.message === undefined);
    return status === 'up' && data.message !== undefined ? session.degraded(data) : seen;
  }

  /** A database that hangs keeps the connection of who asks it, long after the answer was given up: no second one is asked for meanwhile. */
  private only(name: Check, look: Look): ReturnType<Look> {
    const seeing = this.underWay.get(name) ?? look().finally(() => this.underWay.delete(name));
    this.underWay.set(name, seeing);
    return seeing;
  }

  private async database(): Promise<undefined> {
    await this.source.query('SELECT 1').catch(() => {
      throw new Error('does not answer');
    });
  }

  private async migrations(): Promise<undefined> {
    const applied = new Set(
      await appliedMigrations(this.source).catch(() => {
        throw new Error('cannot be read');
      }),
    );
    const pending = ownMigrations(this.source).filter((name) => !applied.has(name));
    if (pending.length > 0) throw new Error(`${pending.length} to be run`);
  }

  /** Without hints of other replicas everything still arrives, a little later: readers look by themselves. */
  private async engine(): Promise<string | undefined> {
    return this.bus.isLive ? undefined : 'hints of other replicas do not arrive';
  }

  private async disk(): Promise<string | undefined> {
    const { bavail, bsize } = await statfs(resolve(this.config.DATA_DIR));
    if (bavail * bsize < LEAST_FREE_BYTES) throw new Error('almost full');
    return bavail * bsize < LITTLE_FREE_BYTES ? 'less than 1 GiB free' : undefined;
  }

  /** It asks for a new one by itself; until it has one, others begin the answers. */
  private async nodeLease(): Promise<string | undefined> {
    return this.lease.current ? undefined : 'no lease: no answer begins here';
  }
}
