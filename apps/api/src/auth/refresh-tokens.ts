import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog } from '../common/audit-log.ts';
import { Logger } from '../common/logger.ts';
import type { Device } from './arrival.ts';
import { hashOf, newRefreshToken, seal, unseal } from './refresh-token.ts';
import { SessionLifetime } from './session-lifetime.ts';
import { Sessions } from './sessions.ts';

/** Two tabs of a browser may send the same token at nearly the same time; both get the same successor within this time. */
const RACE_SECONDS = 10;

export interface Exchanged {
  readonly sessionId: string;
  readonly refreshToken: string;
}

/** A token, its session and how far the two have moved on, all locked. */
interface Found {
  readonly sessionId: string;
  readonly accountId: string;
  readonly email: string;
  readonly alive: boolean;
  /** How many exchanges the session is ahead of this token; 0 is the current one. */
  readonly behind: number;
  readonly successor: Buffer | null;
  readonly justUsed: boolean;
}

/**
 * Owns the table `refresh_token`. All tokens of a session are one family: each is used once and replaced, and one that comes back
 * later ends the session, because somebody else must have it (RFC 9700 4.14.2).
 */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly source: DataSource,
    private readonly sessions: Sessions,
    private readonly lifetime: SessionLifetime,
    private readonly log: AuditLog,
    private readonly logger: Logger,
  ) {}

  /** The first token of a session. */
  async begin(manager: EntityManager, sessionId: string): Promise<string> {
    return this.issue(manager, sessionId, 0);
  }

  /** Throws `auth.refresh_invalid` for anything but the current token, and for the one before within the race's window. */
  async exchange(token: string, device: Device): Promise<Exchanged> {
    const outcome = await this.source.transaction((manager) => this.exchangeLocked(manager, token, device));
    if (outcome.refreshToken !== null) return { sessionId: outcome.sessionId, refreshToken: outcome.refreshToken };
    await this.sessions.announceEnd(outcome.sessionId);
    this.logger.warn({ sessionId: outcome.sessionId }, 'a refresh token was used twice; its session has ended');
    throw new AppError('auth.refresh_invalid');
  }

  /** A null token: the session was ended, which has to be committed before anybody is told. */
  private async exchangeLocked(
    manager: EntityManager,
    token: string,
    device: Device,
  ): Promise<{ sessionId: string; refreshToken: string | null }> {
    const found = await this.lock(manager, token);
    if (!found?.alive) throw new AppError('auth.refresh_invalid');
    const { sessionId, accountId, email } = found;
    if (found.behind === 0) return { sessionId, refreshToken: await this.rotate(manager, found, token, device) };
    if (found.behind === 1 && found.justUsed && found.successor)
      return { sessionId, refreshToken: unseal(found.successor, token) };
    await manager.query(`UPDATE session SET ended_at = clock_timestamp(), end_reason = 'refresh_reuse' WHERE id = $1`, [
      sessionId,
    ]);
    await this.log.record(manager, {
      actor: null,
      action: 'session.token_reused',
      target: { kind: 'session', id: sessionId, name: email },
      from: device,
      details: { account: accountId },
    });
    return { sessionId, refreshToken: null };
  }

  private async lock(manager: EntityManager, token: string): Promise<Found | undefined> {
    const rows: Found[] = await manager.query(
      `SELECT s.id AS "sessionId", a.id AS "accountId", a.email, s.generation - t.generation AS behind, t.successor,
         coalesce(t.used_at > clock_timestamp() - make_interval(secs => $2), false) AS "justUsed",
         s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND a.status = 'active' AS alive
       FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN account a ON a.id = s.account_id
       WHERE t.hash = $1 FOR UPDATE OF t, s`,
      [hashOf(token), RACE_SECONDS],
    );
    return rows[0];
  }

  private async rotate(manager: EntityManager, found: Found, token: string, device: Device): Promise<string> {
    const [[moved]]: [{ generation: number }[], number] = await manager.query(
      `UPDATE session SET generation = generation + 1, last_used_at = clock_timestamp(), address = $2, user_agent = $3,
         expires_at = ${this.lifetime.endFrom('created_at')}
       WHERE id = $1 RETURNING generation`,
      [found.sessionId, device.address, device.userAgent],
    );
    if (!moved) throw new Error('a locked session is gone');
    const successor = await this.issue(manager, found.sessionId, moved.generation);
    await manager.query('UPDATE refresh_token SET used_at = clock_timestamp(), successor = $2 WHERE hash = $1', [
      hashOf(token),
      seal(successor, token),
    ]);
    return successor;
  }

  private async issue(manager: EntityManager, sessionId: string, generation: number): Promise<string> {
    const token = newRefreshToken();
    await manager.query('INSERT INTO refresh_token (hash, session_id, generation) VALUES ($1, $2, $3)', [
      hashOf(token),
      sessionId,
      generation,
    ]);
    return token;
  }
}
