import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Logger } from '../common/logger.ts';

const EVERY_MILLISECONDS = 60 * 60 * 1000;
const KEPT_DAYS = 30;

const EXPIRED = [
  `DELETE FROM login_failure WHERE at < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM login_tries WHERE until < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM session WHERE expires_at < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM letter WHERE created_at < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM one_time_link WHERE expires_at < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM oidc_login WHERE expires_at < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM provider_logout WHERE at < clock_timestamp() - make_interval(days => $1)`,
  `DELETE FROM invitation WHERE used_at IS NULL AND expires_at < clock_timestamp() - make_interval(days => $1)`,
];

/** Deletes what nobody needs 30 days later. Any number of nodes may do it at once. */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const begin = () => {
      this.running = this.sweep();
    };
    // Also at once: a server on a laptop is seldom up for long.
    begin();
    this.timer = setInterval(begin, EVERY_MILLISECONDS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async sweep(): Promise<void> {
    try {
      for (const statement of EXPIRED) await this.source.query(statement, [KEPT_DAYS]);
    } catch (error) {
      this.logger.warn({ err: error }, 'old rows could not be deleted; the next sweep tries again');
    }
  }
}
