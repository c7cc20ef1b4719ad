import { randomUUID } from 'node:crypto';
import type { Session } from '@chatbox/contracts';
import { Bus } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog, type From } from '../common/audit-log.ts';
import type { Identity } from '../common/identity.ts';
import { Logger } from '../common/logger.ts';
import { returned } from '../database/returned.ts';
import type { Device } from './arrival.ts';
import { FRESH_MINUTES, LiveSessions } from './live-sessions.ts';
import { SessionLifetime } from './session-lifetime.ts';
import { SESSION_ENDED } from './topics.ts';
import type { Place } from './unusual.ts';

export interface SessionRow {
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly userAgent: string | null;
  readonly address: string | null;
}

export type EndReason =
  | 'suspended'
  | 'ended_by_administrator'
  | 'logout'
  | 'ended_by_user'
  | 'refresh_reuse'
  | 'factor_changed'
  | 'password_changed'
  | 'ended_by_provider'
  | 'account_deleted';

const LISTED_MAX = 100;
const PLACES_MAX = 1_000;
const COLUMNS = `s.id, s.account_id AS "accountId", s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt",
  s.expires_at AS "expiresAt", s.user_agent AS "userAgent", s.address`;

/** Owns the table `session`. How long one lives is said in session-lifetime.ts. */
@Injectable()
export class Sessions {
  constructor(
    private readonly source: DataSource,
    private readonly live: LiveSessions,
    private readonly lifetime: SessionLifetime,
    private readonly bus: Bus,
    private readonly log: AuditLog,
    private readonly logger: Logger,
  ) {}

  async open(manager: EntityManager, accountId: string, device: Device): Promise<SessionRow> {
    const rows: SessionRow[] = await manager.query(
      `INSERT INTO session AS s (id, account_id, expires_at, user_agent, address)
       VALUES ($1, $2, ${this.lifetime.endFrom('clock_timestamp()')}, $3, $4) RETURNING ${COLUMNS}`,
      [randomUUID(), accountId, device.userAgent, device.address],
    );
    const [session] = rows;
    if (!session) throw new Error('an insert returned no row');
    return session;
  }

  /** Where the account was used from, as far back as sessions are remembered. */
  async placesOf(manager: EntityManager, accountId: string): Promise<Place[]> {
    return manager.query(
      'SELECT DISTINCT user_agent AS "userAgent", address FROM session WHERE account_id = $1 LIMIT $2',
      [accountId, PLACES_MAX],
    );
  }

  async read(id: string): Promise<SessionRow | null> {
    const rows: SessionRow[] = await this.source.query(`SELECT ${COLUMNS} FROM session s WHERE s.id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** The hundred that were used last. */
  list(who: Identity): Promise<SessionRow[]> {
    return this.listOf(who.userId);
  }

  async listOf(accountId: string): Promise<SessionRow[]> {
    return this.source.query(
      `SELECT ${COLUMNS} FROM session s
       WHERE s.account_id = $1 AND s.ended_at IS NULL AND s.expires_at > clock_timestamp()
       ORDER BY s.last_used_at DESC, s.id LIMIT $2`,
      [accountId, LISTED_MAX],
    );
  }

  /** Throws `session.not_found` for what is not one of the own live sessions. */
  async end(who: Identity, sessionId: string, reason: EndReason, from: From): Promise<void> {
    await this.source.transaction(async (manager) => {
      const [, ended]: [unknown, number] = await manager.query(
        `UPDATE session SET ended_at = clock_timestamp(), end_reason = $3
         WHERE id = $1 AND account_id = $2 AND ended_at IS NULL`,
        [sessionId, who.userId, reason],
      );
      if (ended === 0) throw new AppError('session.not_found');
      await this.recordEnds(manager, who, [sessionId], reason, from);
    });
    await this.announceEnd(sessionId);
  }

  /** All own sessions but the one that asks; a key leaves none. Answers how many there were. */
  async endOthers(who: Identity, from: From): Promise<number> {
    const ended = await this.source.transaction(async (manager) => {
      const ids = await this.endAllOf(manager, who.userId, who.sessionId, 'ended_by_user');
      await this.recordEnds(manager, who, ids, 'ended_by_user', from);
      return ids;
    });
    await Promise.all(ended.map((id) => this.announceEnd(id)));
    return ended.length;
  }

  /** All of an account, but for one that is kept. Answers their ids: announce each after the commit. */
  async endAllOf(
    manager: EntityManager,
    accountId: string,
    keptId: string | null,
    reason: EndReason,
  ): Promise<string[]> {
    const rows = await manager.query(
      `UPDATE session SET ended_at = clock_timestamp(), end_reason = $3
       WHERE account_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $2 RETURNING id`,
      [accountId, keptId, reason],
    );
    return returned<{ id: string }>(rows).map(({ id }) => id);
  }

  /** By nobody who is known here. Answers which were alive: announce each after the commit. */
  async endThese(manager: EntityManager, ids: readonly string[], reason: EndReason, from: From): Promise<string[]> {
    const rows = await manager.query(
      `UPDATE session SET ended_at = clock_timestamp(), end_reason = $2
       WHERE id = ANY($1) AND ended_at IS NULL RETURNING id`,
      [ids, reason],
    );
    const ended = returned<{ id: string }>(rows).map(({ id }) => id);
    await this.recordEnds(manager, null, ended, reason, from);
    return ended;
  }

  private async recordEnds(
    manager: EntityManager,
    actor: Identity | null,
    ids: readonly string[],
    reason: EndReason,
    from: From,
  ): Promise<void> {
    for (const id of ids) {
      const target = { kind: 'session', id };
      await this.log.record(manager, { actor, action: 'session.ended', target, from, details: { reason } });
    }
  }

  /** From now on the session is fresh; answers until when. */
  async markProven(who: Identity, runner: Pick<EntityManager, 'query'> = this.source): Promise<Date> {
    const [row] = returned<{ until: Date }>(
      await runner.query(
        `UPDATE session SET proven_at = clock_timestamp() WHERE id = $1
         RETURNING proven_at + make_interval(mins => $2) AS until`,
        [who.sessionId, FRESH_MINUTES],
      ),
    );
    if (!row) throw new AppError('auth.required');
    this.live.forget(who.sessionId);
    return row.until;
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
