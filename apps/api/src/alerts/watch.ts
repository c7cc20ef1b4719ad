import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OldestNode } from '../cluster/oldest-node.ts';
import { Logger } from '../common/logger.ts';
import { Config } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';
import { type Finding, findingsOf } from './conditions.ts';
import { NodeReadings } from './node-readings.ts';
import { NoticeStore } from './notice-store.ts';
import { Notices } from './notices.ts';
import { Outage } from './outage.ts';
import { LOOKS, READ_METRICS, readingOf } from './reading.ts';
import { SampleWindow } from './sample-window.ts';

/** Not seen at so many looks: well again. */
const CALM_LOOKS = 4;
const FORGET_EVERY_LOOKS = 240;

/** Looks every few seconds: each replica tells what it counted, and the oldest judges what all of them told. */
@Injectable()
export class Watch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly window = new SampleWindow(LOOKS, READ_METRICS);
  private timer: NodeJS.Timeout | undefined;
  private counting: Promise<void> | null = null;
  private looking: Promise<void> | null = null;
  private looks = 0;

  // Eight: it only hands on, from what is counted to what is told.
  constructor(
    private readonly metrics: Metrics,
    private readonly readings: NodeReadings,
    private readonly oldest: OldestNode,
    private readonly notices: Notices,
    private readonly store: NoticeStore,
    private readonly outage: Outage,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.begin(), this.config.ALERT_EVERY_SECONDS * 1000).unref();
    this.begin();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await this.readings
      .leave()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the last reading could not be taken away'));
  }

  /** Counts always; tells when it can: what is counted while the database keeps it waiting is in the window, and in the next reading. */
  private begin(): void {
    this.counting ??= this.count().finally(() => {
      this.counting = null;
    });
    this.looking ??= this.counting
      .then(() => this.tell())
      .then(
        () => this.outage.lookSucceeded(),
        (error: unknown) => {
          this.logger.warn({ err: error }, 'could not look for what is wrong');
          return this.outage.lookFailed(error);
        },
      )
      .finally(() => {
        this.looking = null;
      });
  }

  private async count(): Promise<void> {
    this.window.add(await this.metrics.read());
  }

  private async tell(): Promise<void> {
    await this.readings.report(readingOf(this.window));
    if (!(await this.oldest.isThis())) return;
    const { present, gone } = await this.readings.survey();
    await this.notices.take(
      [...findingsOf(present), ...gone.map(replicaGone)],
      this.config.ALERT_EVERY_SECONDS * CALM_LOOKS,
    );
    if (this.looks++ % FORGET_EVERY_LOOKS === 0) {
      await this.store.forgetOld();
      await this.readings.forgetOld();
    }
  }
}

const replicaGone = (subject: string): Finding => ({
  kind: 'replica_gone',
  subject,
  severity: 'critical',
  details: {},
});
