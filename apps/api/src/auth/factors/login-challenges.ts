import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { AppError } from '../../common/app-error.ts';
import { Envelopes } from '../../common/envelope.ts';
import { Config } from '../../config/config.ts';
import { returned } from '../../database/returned.ts';
import type { SignedInThere } from '../id-tokens.ts';

const There = z.object({ idToken: z.string(), sid: z.string().nullable() });

const TOKEN_BYTES = 32;
const LIFETIME_MINUTES = 5;
const TRIES = 5;
const SWEPT_AT_ONCE = 100;

/**
 * Owns the table `login_challenge`: that somebody has shown the password, and a second factor is still to come. A challenge is good
 * for five minutes, five tries, one session, and as long as the password stays the same.
 */
@Injectable()
export class LoginChallenges {
  private readonly envelopes: Envelopes;

  constructor(
    private readonly source: DataSource,
    config: Config,
  ) {
    this.envelopes = new Envelopes(config.MASTER_KEY);
  }

  async open(accountId: string, passwordHash: string, there?: SignedInThere): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await this.source.query(
      `WITH swept AS (
         DELETE FROM login_challenge WHERE hash IN (
           SELECT hash FROM login_challenge WHERE expires_at < clock_timestamp() LIMIT $5 FOR UPDATE SKIP LOCKED))
       INSERT INTO login_challenge (hash, account_id, password_digest, expires_at, provider_envelope)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(mins => $4), $6)`,
      [
        digest(token),
        accountId,
        digest(passwordHash),
        LIFETIME_MINUTES,
        SWEPT_AT_ONCE,
        there ? this.envelopes.seal(JSON.stringify(there), token) : null,
      ],
    );
    return token;
  }

  /** Whose sign-in it is, without counting a try. Throws `auth.challenge_invalid`. */
  async look(token: string): Promise<string> {
    const rows: { accountId: string }[] = await this.source.query(
      `SELECT account_id AS "accountId" FROM login_challenge
       WHERE hash = $1 AND expires_at > clock_timestamp() AND tries < $2`,
      [digest(token), TRIES],
    );
    return known(rows);
  }

  /** Counts a try before it is made, so that many at once are as many. Throws `auth.challenge_invalid`. */
  async try(token: string): Promise<string> {
    const [rows]: [{ accountId: string }[], number] = await this.source.query(
      `UPDATE login_challenge SET tries = tries + 1
       WHERE hash = $1 AND expires_at > clock_timestamp() AND tries < $2 RETURNING account_id AS "accountId"`,
      [digest(token), TRIES],
    );
    return known(rows);
  }

  /**
   * Takes it away for good, and answers what a provider has said before it. Throws `auth.challenge_invalid` when somebody was faster or
   * the password is another one now.
   */
  async close(manager: EntityManager, token: string): Promise<SignedInThere | null> {
    const rows = await manager.query(
      `DELETE FROM login_challenge c USING account a
       WHERE c.hash = $1 AND a.id = c.account_id AND c.password_digest = sha256(convert_to(coalesce(a.password_hash, ''), 'UTF8'))
       RETURNING c.provider_envelope AS envelope`,
      [digest(token)],
    );
    const [closed] = returned<{ envelope: string | null }>(rows);
    if (!closed) throw new AppError('auth.challenge_invalid');
    return closed.envelope === null ? null : There.parse(JSON.parse(this.envelopes.open(closed.envelope, token)));
  }

  /** Nobody may finish a sign-in with factors of before. */
  async drop(manager: EntityManager, accountId: string): Promise<void> {
    await manager.query('DELETE FROM login_challenge WHERE account_id = $1', [accountId]);
  }
}

const known = ([row]: { accountId: string }[]): string => {
  if (!row) throw new AppError('auth.challenge_invalid');
  return row.accountId;
};

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
