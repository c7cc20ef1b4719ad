import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { returned } from '../../database/returned.ts';

export interface Credential {
  readonly email: string;
  readonly passwordHash: string | null;
  readonly emailVerifiedAt: Date | null;
}

const TAKEN = '23505';

/** What an account signs in with: the columns of `account` that hold its password and its address. */
@Injectable()
export class Credentials {
  constructor(private readonly source: DataSource) {}

  async read(accountId: string): Promise<Credential> {
    const rows: Credential[] = await this.source.query(
      `SELECT email, password_hash AS "passwordHash", email_verified_at AS "emailVerifiedAt" FROM account WHERE id = $1`,
      [accountId],
    );
    const [row] = rows;
    if (!row) throw new AppError('account.not_found');
    return row;
  }

  /** An active account with this address, which is in lower case. */
  async accountOf(email: string): Promise<{ id: string } | null> {
    const rows: { id: string }[] = await this.source.query(
      `SELECT id FROM account WHERE lower(email) = $1 AND status = 'active'`,
      [email],
    );
    return rows[0] ?? null;
  }

  async setPassword(manager: EntityManager, accountId: string, passwordHash: string): Promise<void> {
    await manager.query('UPDATE account SET password_hash = $2, updated_at = clock_timestamp() WHERE id = $1', [
      accountId,
      passwordHash,
    ]);
  }

  /** Nothing where the account has another address by now. */
  async verify(manager: EntityManager, accountId: string, email: string): Promise<void> {
    await manager.query(
      `UPDATE account SET email_verified_at = coalesce(email_verified_at, clock_timestamp())
       WHERE id = $1 AND lower(email) = $2`,
      [accountId, email],
    );
  }

  /** A new address is a verified one. Answers the address before. Throws `auth.email_taken`. */
  async changeEmail(manager: EntityManager, accountId: string, email: string): Promise<string> {
    try {
      const rows = await manager.query(
        `WITH before AS (SELECT id, email FROM account WHERE id = $1 FOR UPDATE)
         UPDATE account a SET email = $2, email_verified_at = clock_timestamp(), updated_at = clock_timestamp()
         FROM before WHERE a.id = before.id RETURNING before.email`,
        [accountId, email],
      );
      const [before] = returned<{ email: string }>(rows);
      if (!before) throw new AppError('auth.link_invalid');
      return before.email;
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
      throw code === TAKEN ? new AppError('auth.email_taken', { cause }) : cause;
    }
  }

  /**
   * Deletes the account and, by the rules of the tables, its sessions, conversations and links; the ledger's rows stay without it.
   * Throws `account.last_owner`. Owners that go at once take turns, so that one of them stays.
   */
  async remove(manager: EntityManager, accountId: string): Promise<void> {
    const owners: { id: string }[] = await manager.query(
      `SELECT id FROM account WHERE role = 'owner' AND status = 'active' ORDER BY id FOR UPDATE`,
    );
    if (owners.length === 1 && owners[0]?.id === accountId) throw new AppError('account.last_owner');
    const rows = await manager.query('DELETE FROM account WHERE id = $1 RETURNING lower(email) AS email', [accountId]);
    const emails = returned<{ email: string }>(rows).map(({ email }) => email);
    await manager.query('DELETE FROM login_failure WHERE email = ANY($1)', [emails]);
    await manager.query('DELETE FROM login_tries WHERE email = ANY($1)', [emails]);
    await manager.query('DELETE FROM letter WHERE recipient = ANY($1)', [emails]);
    await manager.query('UPDATE invitation SET email = NULL WHERE email = ANY($1) AND used_at IS NOT NULL', [emails]);
  }
}
