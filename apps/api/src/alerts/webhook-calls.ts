import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Config } from '../config/config.ts';
import { returned } from '../database/returned.ts';
import type { NoticeEvent } from './notice-store.ts';

export interface Call {
  /** The same at every attempt, so that a receiver knows a repeat. */
  readonly id: string;
  readonly noticeId: string;
  readonly event: NoticeEvent;
  readonly attempts: number;
}

/** With the pauses below: a receiver that is away for about two hours misses nothing. */
const ATTEMPTS = 10;
const FIRST_PAUSE_SECONDS = 15;

/** Owns the table `notice_call`: what the webhook is still to be told, durable with the notice itself. */
@Injectable()
export class WebhookCalls {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly config: Config,
  ) {}

  /** Nothing where there is no webhook. Call `hurry` after the commit. */
  async add(manager: EntityManager, event: NoticeEvent, noticeId: string): Promise<void> {
    if (this.config.ALERT_WEBHOOK_URL === undefined) return;
    await manager.query('INSERT INTO notice_call (id, notice_id, event) VALUES ($1, $2, $3)', [
      randomUUID(),
      noticeId,
      event,
    ]);
  }

  onHurry(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** A hint that there may be something to tell. */
  hurry(): void {
    for (const listener of this.listeners) listener();
  }

  /** The next one, which no other replica takes before a failed attempt's pause is over. */
  async take(): Promise<Call | null> {
    const rows = await this.source.query(
      `UPDATE notice_call SET attempts = attempts + 1,
         next_at = clock_timestamp() + make_interval(secs => $2 * power(2, attempts))
       WHERE id = (
         SELECT id FROM notice_call WHERE done_at IS NULL AND next_at <= clock_timestamp() AND attempts < $1
         ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
       ) RETURNING id, notice_id AS "noticeId", event, attempts`,
      [ATTEMPTS, FIRST_PAUSE_SECONDS],
    );
    return returned<Call>(rows)[0] ?? null;
  }

  async done({ id }: Call): Promise<void> {
    await this.source.query('UPDATE notice_call SET done_at = clock_timestamp() WHERE id = $1', [id]);
  }
}
