import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorFunction, HealthIndicatorService } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config.ts';
import { appliedMigrations, ownMigrations } from '../../database/database.ts';
import { Metrics } from '../../metrics/metrics.ts';

const TIMEOUT_MILLISECONDS = 2000;
/** Asked often by several balancers; the answer may be this old. */
const FRESH_MILLISECONDS = 1000;
/** Below this the database could not write its log much longer. */
const LEAST_FREE_BYTES = 100 * 1024 * 1024;

/** What this process needs in order to serve. Each check says what is wrong in words, and never with a host or a secret. */
@Injectable()
export class Readiness {
  constructor(
    private readonly source: DataSource,
    private readonly config: Config,
    private readonly indicator: HealthIndicatorService,
    private readonly metrics: Metrics,
  ) {
    metrics.beforeReading(() => this.fill());
  }

  readonly checks: HealthIndicatorFunction[] = [
    () => this.check('database', () => this.database()),
    () => this.check('migrations', () => this.migrations()),
    () => this.check('disk', () => this.disk()),
  ];

  /** Once more, or what was found within the last second. */
  private async fill(): Promise<void> {
    await Promise.all(
      (['database', 'migrations', 'disk'] as const).map(async (name) => {
        const found = await this.check(name, () => this[name]());
        this.metrics.health(name, found[name]?.status === 'up');
      }),
    );
  }

  private async check(name: string, look: () => Promise<void>) {
    return this.indicator
      .check(name)
      .attempt(async () => {
        await look();
      })
      .withTimeout(TIMEOUT_MILLISECONDS)
      .cacheFor(FRESH_MILLISECONDS);
  }

  private async database(): Promise<void> {
    await this.source.query('SELECT 1').catch(() => {
      throw new Error('does not answer');
    });
  }

  private async migrations(): Promise<void> {
    const applied = new Set(
      await appliedMigrations(this.source).catch(() => {
        throw new Error('cannot be read');
      }),
    );
    const pending = ownMigrations(this.source).filter((name) => !applied.has(name));
    if (pending.length > 0) throw new Error(`${pending.length} to be run`);
  }

  private async disk(): Promise<void> {
    const { bavail, bsize } = await statfs(resolve(this.config.DATA_DIR));
    if (bavail * bsize < LEAST_FREE_BYTES) throw new Error('almost full');
  }
}
