import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { returned } from '../../database/returned.ts';
import type { AlertWords, LetterKind } from './letters.ts';
import { Mailer } from './mailer.ts';

export interface Due {
  readonly id: string;
  readonly kind: LetterKind;
  readonly recipient: string;
  readonly accountId: string | null;
  readonly attempts: number;
  /** Given with the kind `alert`. */
  readonly about: AlertWords | null;
}

/** Letters of one kind that one address can be made to get in an hour, whoever asks for them. */
const PER_HOUR = 5;
/** However much goes wrong in an hour, a mailbox is not flooded with it; the page has all of it. */
const ALERTS_PER_HOUR = 20;
/** With the pauses below: a server that is away for about four hours costs no letter. */
const ATTEMPTS = 10;
const FIRST_PAUSE_SECONDS = 30;

/**
 * Owns the table `letter`: what is to be mailed, durable before anybody is told that it will be. Writing a letter down is the same
 * work for an address that has an account and for one that has none.
 */
@Injectable()
export class Outbox {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly mailer: Mailer,
  ) {}

  get canSend(): boolean {
    return this.mailer.configured;
  }

  /** Throws `mail.not_configured`. */
  refuseWithoutMail(): void {
    if (!this.canSend) throw new AppError('mail.not_configured');
  }

  /** Nothing where there is no mail server, or where the address has had enough of this kind. Call `hurry` after the commit. */
  async add(
    kind: Exclude<LetterKind, 'alert'>,
    recipient: string,
    accountId: string | null,
    runner?: EntityManager,
  ): Promise<void> {
    if (!this.canSend) return;
    await (runner ?? this.source).query(
      `INSERT INTO letter (kind, recipient, account_id)
       SELECT $1, $2, $3 WHERE (
         SELECT count(*) FROM letter WHERE kind = $1 AND recipient = $2 AND created_at > clock_timestamp() - interval '1 hour'
       ) < $4`,
      [kind, recipient, accountId, PER_HOUR],
    );
  }

  /** The same for what is wrong with the installation. */
  async addAlert(
    about: AlertWords,
    { id, email }: { id: string; email: string },
    runner: EntityManager,
  ): Promise<void> {
    if (!this.canSend) return;
    await runner.query(
      `INSERT INTO letter (kind, recipient, account_id, about)
       SELECT 'alert', $1, $2, $3 WHERE (
         SELECT count(*) FROM letter WHERE kind = 'alert' AND recipient = $1 AND created_at > clock_timestamp() - interval '1 hour'
       ) < $4`,
      [email, id, JSON.stringify(about), ALERTS_PER_HOUR],
    );
  }

  onHurry(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** A hint that there may be something to send. */
  hurry(): void {
    for (const listener of this.listeners) listener();
  }

  /** The next letter, which no other node takes before a failed attempt's pause is over. */
  async take(): Promise<Due | null> {
    const rows = await this.source.query(
      `UPDATE letter SET attempts = attempts + 1,
         next_at = clock_timestamp() + make_interval(secs => $2 * power(2, attempts))
       WHERE id = (
         SELECT id FROM letter WHERE done_at IS NULL AND next_at <= clock_timestamp() AND attempts < $1
         ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
       ) RETURNING id, kind, recipient, account_id AS "accountId", attempts, about`,
      [ATTEMPTS, FIRST_PAUSE_SECONDS],
    );
    return returned<Due>(rows)[0] ?? null;
  }

  async done({ id }: Due): Promise<void> {
    await this.source.query('UPDATE letter SET done_at = clock_timestamp() WHERE id = $1', [id]);
  }
}
