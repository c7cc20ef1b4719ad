import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Logger } from '../common/logger.ts';
import { StartError } from '../common/start-error.ts';
import { Config } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Tracing } from '../metrics/tracing/tracing.ts';
import { type PoolConfig, poolOptions } from './pool-options.ts';
import { clientFor } from './traced-client.ts';
import { MOST_WAITING, WatchedPool } from './watched-pool.ts';

const LOOK_MILLISECONDS = 5_000;

/** The primary can answer instead, so a standby is given up before anybody notices. */
const STANDBY_SECONDS = 1;

const patientWithStandby = (config: Config): PoolConfig => ({
  ...config,
  DATABASE_CONNECT_SECONDS: Math.min(config.DATABASE_CONNECT_SECONDS, STANDBY_SECONDS),
  DATABASE_ANSWER_SECONDS: Math.min(config.DATABASE_ANSWER_SECONDS, STANDBY_SECONDS),
});

/** The pools of this process: the primary's, which TypeORM opens, and the one for reads where there is a standby. */
@Injectable()
export class Pools implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  /** Connections to the standby; undefined where none is configured. */
  readonly read: pg.Pool | undefined;
  private watched: WatchedPool[] = [];
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly logger: Logger,
  ) {
    const { DATABASE_REPLICA_URL: connectionString } = config;
    if (!connectionString) return;
    const options = { ...poolOptions(patientWithStandby(config)), connectionString, max: config.DATABASE_POOL_MAX };
    this.read = new pg.Pool({ ...options, Client: clientFor(tracing), application_name: 'chatbox-read' });
    // A standby that goes away ends connections, idle or not; the read under way and the next ones ask the primary.
    const lost = (error: Error): void => logger.debug({ err: error }, 'a connection to the standby was lost');
    this.read.on('error', lost);
    this.read.on('connect', (client) => client.on('error', lost));
  }

  onModuleInit(): void {
    const watch = (name: 'primary' | 'read', pool: pg.Pool): WatchedPool =>
      new WatchedPool(name, pool, {
        waited: (seconds) => this.metrics.poolWaited(name, seconds),
        waits: () => {
          const span = this.tracing.open('pool wait', 'internal', { 'db.client.connection.pool.name': name });
          return (error) => {
            if (error) span?.fail(error);
            span?.end();
          };
        },
        saturated: (counts) => {
          this.metrics.poolSaturated(name);
          this.logger.error(
            { pool: name, ...counts },
            `more than ${MOST_WAITING} requests wait for a database connection`,
          );
        },
      });
    this.watched = [watch('primary', (this.source.driver as unknown as { master: pg.Pool }).master)];
    if (this.read) this.watched.push(watch('read', this.read));
    this.metrics.beforeReading(() => this.fill());
    this.timers = [
      setInterval(() => this.report(), this.config.DATABASE_REPORT_SECONDS * 1000).unref(),
      setInterval(() => this.look(), Math.min(LOOK_MILLISECONDS, this.config.DATABASE_LEAK_SECONDS * 1000)).unref(),
    ];
  }

  /** A pool that the server cannot serve would fail under load, when it is needed. */
  async onApplicationBootstrap(): Promise<void> {
    const [{ most }]: [{ most: number }] = await this.source.query(
      `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most`,
    );
    const { DATABASE_POOL_MAX: each } = this.config;
    if (each > most)
      throw new StartError(
        `DATABASE_POOL_MAX: the database accepts ${most} connections, and one replica wants ${each}.`,
      );
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.read?.end();
  }

  private fill(): void {
    for (const { name, counts } of this.watched) this.metrics.poolState(name, counts);
  }

  private report(): void {
    this.fill();
    for (const { name, counts } of this.watched) {
      const { total, idle, waiting } = counts;
      const isTight = waiting > 0 || (idle === 0 && total >= this.config.DATABASE_POOL_MAX);
      this.logger[isTight ? 'info' : 'debug']({ pool: name, ...counts }, 'database connections');
    }
  }

  private look(): void {
    for (const pool of this.watched)
      for (const { seconds, place } of pool.overdue(this.config.DATABASE_LEAK_SECONDS)) {
        this.metrics.poolLeak(pool.name);
        this.logger.error(
          { pool: pool.name, seconds: Math.round(seconds), place },
          'a database connection is not given back',
        );
      }
  }
}
