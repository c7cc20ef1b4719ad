import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Logger } from '../common/logger.ts';
import { Config } from '../config/config.ts';
import { NodeLease } from './node-lease.ts';

/**
 * Looks whether the pools of all replicas together may want more connections than the database accepts, and says so once
 * for each time it becomes true. A replica that starts counts itself; one that comes later is noticed by the others too.
 */
@Injectable()
export class ConnectionBudget implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private isExceeded = false;

  constructor(
    private readonly source: DataSource,
    private readonly lease: NodeLease,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.lease.onGained(() => this.look());
    this.timer = setInterval(() => this.look(), this.config.DATABASE_REPORT_SECONDS * 1000).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.compare().catch((error: unknown) => this.logger.debug({ err: error }, 'the replicas could not be counted'));
  }

  private async compare(): Promise<void> {
    const [{ connections, replicas }]: [{ connections: number; replicas: number }] = await this.source.query(
      `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS connections,
         (SELECT count(*)::int FROM node WHERE lease_until > clock_timestamp()) AS replicas`,
    );
    const { DATABASE_POOL_MAX: each } = this.config;
    const wasExceeded = this.isExceeded;
    this.isExceeded = each * replicas > connections;
    if (this.isExceeded && !wasExceeded)
      this.logger.warn(
        { connections, replicas, each },
        'the replicas together may want more connections than the database accepts; lower DATABASE_POOL_MAX or raise max_connections',
      );
  }
}
