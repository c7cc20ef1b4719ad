import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog, type From } from '../common/audit-log.ts';
import type { Identity } from '../common/identity.ts';
import { returned } from '../database/returned.ts';

/** Who somebody is at a provider. Only issuer and subject together name a person for good (OpenID Connect Core 5.7). */
export interface Subject {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
}

export interface LinkedIdentity extends Subject {
  readonly id: string;
  readonly linkedAt: Date;
}

/** Owns the table `external_identity`. */
@Injectable()
export class Identities {
  constructor(
    private readonly source: DataSource,
    private readonly log: AuditLog,
  ) {}

  list(accountId: string): Promise<LinkedIdentity[]> {
    return this.source.query(
      `SELECT id, issuer, subject, email, linked_at AS "linkedAt" FROM external_identity
       WHERE account_id = $1 ORDER BY linked_at, id`,
      [accountId],
    );
  }

  /** The account of this person, and that they were here. */
  async recognise(manager: EntityManager, { issuer, subject, email }: Subject): Promise<string | null> {
    const rows = await manager.query(
      `UPDATE external_identity SET last_used_at = clock_timestamp(), email = $3
       WHERE issuer = $1 AND subject = $2 RETURNING account_id AS "accountId"`,
      [issuer, subject, email],
    );
    return returned<{ accountId: string }>(rows)[0]?.accountId ?? null;
  }

  /** Again for the same account changes nothing. Throws `oidc.already_linked`. */
  async link(manager: EntityManager, accountId: string, { issuer, subject, email }: Subject): Promise<void> {
    const rows: { accountId: string }[] = await manager.query(
      `INSERT INTO external_identity AS e (id, issuer, subject, account_id, email) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email RETURNING e.account_id AS "accountId"`,
      [randomUUID(), issuer, subject, accountId, email],
    );
    if (rows[0]?.accountId !== accountId) throw new AppError('oidc.already_linked');
  }

  /** Throws `oidc.not_linked` or, where nothing else would let the person in, `oidc.only_way_in`. */
  async unlink(who: Identity, id: string, from: From): Promise<void> {
    const { userId: accountId, email } = who;
    await this.source.transaction(async (manager) => {
      const [account]: { hasPassword: boolean }[] = await manager.query(
        'SELECT password_hash IS NOT NULL AS "hasPassword" FROM account WHERE id = $1 FOR UPDATE',
        [accountId],
      );
      const gone = returned(
        await manager.query('DELETE FROM external_identity WHERE id = $1 AND account_id = $2 RETURNING id', [
          id,
          accountId,
        ]),
      );
      if (gone.length === 0) throw new AppError('oidc.not_linked');
      const left: unknown[] = await manager.query('SELECT FROM external_identity WHERE account_id = $1', [accountId]);
      if (left.length === 0 && !account?.hasPassword) throw new AppError('oidc.only_way_in');
      const target = { kind: 'person', id: accountId, name: email };
      await this.log.record(manager, { actor: who, action: 'person.identity_unlinked', target, from });
    });
  }
}
