import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Accounts } from '../auth/accounts.ts';
import { Outbox } from '../auth/mail/outbox.ts';
import { Logger } from '../common/logger.ts';
import type { Finding } from './conditions.ts';
import { type Change, NoticeStore } from './notice-store.ts';
import { WebhookCalls } from './webhook-calls.ts';
import { pageOf } from './wording.ts';

/** Turns what was found into what people see and are told: each thing once, by every way there is. */
@Injectable()
export class Notices {
  constructor(
    private readonly source: DataSource,
    private readonly store: NoticeStore,
    private readonly accounts: Accounts,
    private readonly outbox: Outbox,
    private readonly calls: WebhookCalls,
    private readonly logger: Logger,
  ) {}

  /** What is wrong now. What was wrong and was not seen for `calmSeconds` is over. */
  async take(findings: readonly Finding[], calmSeconds: number): Promise<void> {
    const changes = await this.source.transaction(async (manager) => {
      const changes: Change[] = [];
      for (const finding of findings) {
        const change = await this.store.see(manager, finding);
        if (change) changes.push(change);
      }
      changes.push(...(await this.store.resolveUnseen(manager, calmSeconds)));
      // Together with the notice: whoever takes it up when this replica dies here, or nobody, tells it.
      for (const { event, alert } of changes) {
        await this.calls.add(manager, event, alert.id);
        if (event === 'resolved' || !this.outbox.canSend) continue;
        const words = { severity: alert.severity, summary: alert.summary, page: pageOf(alert.kind) };
        for (const administrator of await this.accounts.administrators(manager))
          await this.outbox.addAlert(words, administrator, manager);
      }
      return changes;
    });
    for (const { event, alert } of changes) {
      const line = { alert: alert.kind, subject: alert.subject, severity: alert.severity, event };
      if (event === 'resolved') this.logger.info(line, `well again: ${alert.summary}`);
      else this.logger.error(line, alert.summary);
    }
    if (changes.length === 0) return;
    this.outbox.hurry();
    this.calls.hurry();
  }
}
