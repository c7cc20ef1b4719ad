import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { returned } from '../../database/returned.ts';
import type { LinkPurpose } from '../mail/letters.ts';
import { hashOf } from '../refresh-token.ts';

export interface Link {
  readonly accountId: string;
  readonly purpose: LinkPurpose;
  /** The address it is about. */
  readonly email: string;
}

export interface MadeLink {
  /** Path and fragment. What follows `#` stays in the browser: it is in no log and no Referer. */
  readonly path: string;
  readonly expiresAt: Date;
}

const TOKEN_BYTES = 32;
const HOURS: Record<LinkPurpose, number> = { reset_password: 1, verify_email: 24, change_email: 1 };
const PAGES: Record<LinkPurpose, string> = {
  reset_password: '/reset-password',
  verify_email: '/verify-email',
  change_email: '/verify-email',
};

/** Old addresses lead nowhere: a link sent to one is void once the account has another. A change of address is about a new one. */
const VALID = `t.account_id = a.id AND t.expires_at > clock_timestamp() AND a.status = 'active'
  AND (t.purpose = 'change_email' OR t.email = lower(a.email))`;

/** Owns the table `one_time_link`: tokens that are stored as hashes, bound to an account, and good once. */
@Injectable()
export class Links {
  constructor(private readonly source: DataSource) {}

  /** Takes the place of an earlier one for the same purpose. */
  async make({ accountId, purpose, email }: Link, createdBy: string | null = null): Promise<MadeLink> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const rows: { expiresAt: Date }[] = await this.source.query(
      `INSERT INTO one_time_link AS t (token_hash, account_id, purpose, email, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(hours => $6))
       ON CONFLICT (account_id, purpose) DO UPDATE SET token_hash = excluded.token_hash, email = excluded.email,
         created_by = excluded.created_by, created_at = clock_timestamp(), expires_at = excluded.expires_at
       RETURNING t.expires_at AS "expiresAt"`,
      [hashOf(token), accountId, purpose, email, createdBy, HOURS[purpose]],
    );
    const [row] = rows;
    if (!row) throw new Error('an insert returned no row');
    return { path: `${PAGES[purpose]}#token=${token}`, expiresAt: row.expiresAt };
  }

  /** Throws `auth.link_invalid`. The link stays good. */
  async look(token: string, purpose: LinkPurpose): Promise<Link> {
    const rows: Link[] = await this.source.query(
      `SELECT t.account_id AS "accountId", t.purpose, t.email FROM one_time_link t, account a
       WHERE t.token_hash = $1 AND t.purpose = $2 AND ${VALID}`,
      [hashOf(token), purpose],
    );
    return rows[0] ?? invalid();
  }

  /** Uses the link up: of two at once, one gets it. Throws `auth.link_invalid`. */
  async use(manager: EntityManager, token: string, purposes: readonly LinkPurpose[]): Promise<Link> {
    const rows = await manager.query(
      `DELETE FROM one_time_link t USING account a WHERE t.token_hash = $1 AND t.purpose = ANY($2) AND ${VALID}
       RETURNING t.account_id AS "accountId", t.purpose, t.email`,
      [hashOf(token), purposes],
    );
    return returned<Link>(rows)[0] ?? invalid();
  }

  /** After a change that whoever holds an old link must not be able to undo. */
  async revoke(manager: EntityManager, accountId: string, purpose: LinkPurpose): Promise<void> {
    await manager.query('DELETE FROM one_time_link WHERE account_id = $1 AND purpose = $2', [accountId, purpose]);
  }

  /** The address of an open change, if there is one. */
  async pendingEmail(accountId: string): Promise<string | null> {
    const rows: { recipient: string }[] = await this.source.query(
      `SELECT email AS recipient FROM one_time_link
       WHERE account_id = $1 AND purpose = 'change_email' AND expires_at > clock_timestamp()`,
      [accountId],
    );
    return rows[0]?.recipient ?? null;
  }
}

const invalid = (): never => {
  throw new AppError('auth.link_invalid');
};
