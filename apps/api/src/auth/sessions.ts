import { randomUUID } from 'node:crypto';
import type { Session } from '@chatbox/contracts';
import { Bus } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import type { Identity } from '../common/identity.ts';
import { Logger } from '../common/logger.ts';
import type { Device } from './arrival.ts';
import { LiveSessions, SESSION_ENDED } from './live-sessions.ts';

export interface SessionRow {
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly userAgent: string | null;
  readonly address: string | null;
}

export type EndReason = 'logout' | 'ended_by_user' | 'refresh_reuse';

const LIFETIME_DAYS = 30;
const LISTED_MAX = 100;
const COLUMNS = `s.id, s.account_id AS "accountId", s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt",
  s.expires_at AS "expiresAt", s.user_agent AS "userAgent", s.address`;

/** Owns the table `session`. A session lives 30 days from the sign-in, however often it is refreshed. */
@Injectable()
export class Sessions {
  constructor(
    private readonly source: DataSource,
    private readonly live: LiveSessions,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  async open(manager: EntityManager, accountId: string, device: Device): Promise<SessionRow> {
    const rows: SessionRow[] = await manager.query(
      `INSERT INTO session AS s (id, account_id, expires_at, user_agent, address)
       VALUES ($1, $2, clock_timestamp() + make_interval(days => $3), $4, $5) RETURNING ${COLUMNS}`,
      [randomUUID(), accountId, LIFETIME_DAYS, device.userAgent, device.address],
    );
    const [session] = rows;
    if (!session) throw new Error('an insert returned no row');
    return session;
  }

  async read(id: string): Promise<SessionRow | null> {
    const rows: SessionRow[] = await this.source.query(`SELECT ${COLUMNS} FROM session s WHERE s.id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** The hundred that were used last. */
  async list(who: Identity): Promise<SessionRow[]> {
    return this.source.query(
      `SELECT ${COLUMNS} FROM session s
       WHERE s.account_id = $1 AND s.ended_at IS NULL AND s.expires_at > clock_timestamp()
       ORDER BY s.last_used_at DESC, s.id LIMIT $2`,
      [who.userId, LISTED_MAX],
    );
  }

  /** Throws `session.not_found` for what is not one of the own live sessions. */
  async end(who: Identity, sessionId: string, reason: EndReason): Promise<void> {
    const [, ended]: [unknown, number] = await this.source.query(
      `UPDATE session SET ended_at = clock_timestamp(), end_reason = $3
       WHERE id = $1 AND account_id = $2 AND ended_at IS NULL`,
      [sessionId, who.userId, reason],
    );
    if (ended === 0) throw new AppError('session.not_found');
    await this.announceEnd(sessionId);
  }

  /** After the commit: this process knows at once, the others by the hint, or within a second where it is lost. */
  async announceEnd(sessionId: string): Promise<void> {
    this.live.forget(sessionId);
    await this.bus.publish(SESSION_ENDED, sessionId).catch((error: unknown) => {
      this.logger.warn({ err: error, sessionId }, 'the hint that a session ended was lost');
    });
  }
}

export const toSession = (row: SessionRow, currentId: string): Session => ({
  id: row.id,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  userAgent: row.userAgent,
  address: row.address,
  current: row.id === currentId,
});
