import { randomUUID } from 'node:crypto';
import type { Alert } from '@chatbox/contracts';
import { Engine } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { isDatabaseAway } from '../common/database-away.ts';
import { Logger } from '../common/logger.ts';
import type { NoticeEvent } from './notice-store.ts';
import { Webhook } from './webhook.ts';
import { runbookOf, sayFinding, widgetOf } from './wording.ts';

/** A restart of the database is over sooner. */
const FAILED_LOOKS = 4;

/**
 * What no row can say: that there is no database to write it into. Each replica tells it of itself, in the log and to the webhook, once
 * when it begins and once when it ends; what the webhook did not take is told again at the next look, while it is true.
 */
@Injectable()
export class Outage {
  private failed = 0;
  private alert: Alert | null = null;
  private isTold = false;

  constructor(
    private readonly webhook: Webhook,
    private readonly engine: Engine,
    private readonly logger: Logger,
  ) {}

  async lookFailed(error: unknown): Promise<void> {
    if (!isDatabaseAway(error)) return;
    this.failed += 1;
    if (this.failed < FAILED_LOOKS) return;
    if (!this.alert) {
      this.alert = alertOf(this.engine.nodeId);
      this.say('raised', this.alert);
    }
    this.isTold ||= await this.webhook.tellAtOnce('raised', this.alert);
  }

  async lookSucceeded(): Promise<void> {
    this.failed = 0;
    if (!this.alert) return;
    const now = new Date().toISOString();
    const over: Alert = { ...this.alert, lastSeen: now, resolvedAt: now };
    if (this.isTold && !(await this.webhook.tellAtOnce('resolved', over))) return;
    this.say('resolved', over);
    this.alert = null;
    this.isTold = false;
  }

  private say(event: NoticeEvent, { kind, subject, severity, summary }: Alert): void {
    const line = { alert: kind, subject, severity, event };
    if (event === 'resolved') this.logger.info(line, `well again: ${summary}`);
    else this.logger.error(line, summary);
  }
}

const alertOf = (subject: string): Alert => {
  const kind = 'database_away';
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    kind,
    severity: 'critical',
    summary: sayFinding(kind, { subject, details: {} }),
    subject,
    runbook: runbookOf(kind),
    widget: widgetOf(kind),
    since: now,
    lastSeen: now,
    resolvedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
  };
};
