import { randomBytes, randomUUID } from 'node:crypto';
import { type CreateInvitation, type Invitation, mayChange, type Role } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog, type From } from '../common/audit-log.ts';
import type { Identity } from '../common/identity.ts';
import { hashOf } from './refresh-token.ts';

interface InvitationRow {
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

const TOKEN_BYTES = 32;
const LIFETIME_DAYS = 7;
const LISTED_MAX = 100;
const COLUMNS = `id, email, role, expires_at AS "expiresAt", used_at AS "usedAt"`;

/** Owns the table `invitation`. A token is shown once, stored as a hash, and good for one account. */
@Injectable()
export class Invitations {
  constructor(
    private readonly source: DataSource,
    private readonly log: AuditLog,
  ) {}

  /** Nobody invites somebody with more rights than they could give: throws `auth.forbidden`. */
  async create(who: Identity, { email, role }: CreateInvitation, from: From): Promise<Invitation> {
    if (!mayChange(who.role, role)) throw new AppError('auth.forbidden', { detail: 'You cannot give this role.' });
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    return this.source.transaction(async (manager) => {
      const rows: InvitationRow[] = await manager.query(
        `INSERT INTO invitation (id, token_hash, email, role, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(days => $6)) RETURNING ${COLUMNS}`,
        [randomUUID(), hashOf(token), email ?? null, role, who.userId, LIFETIME_DAYS],
      );
      const [row] = rows;
      if (!row) throw new Error('an insert returned no row');
      const target = { kind: 'invitation', id: row.id, name: row.email };
      await this.log.record(manager, { actor: who, action: 'invitation.created', target, from, details: { role } });
      return { ...toInvitation(row), token };
    });
  }

  /** The newest hundred. */
  async list(): Promise<Invitation[]> {
    const rows: InvitationRow[] = await this.source.query(
      `SELECT ${COLUMNS} FROM invitation ORDER BY created_at DESC, id LIMIT $1`,
      [LISTED_MAX],
    );
    return rows.map(toInvitation);
  }

  /** Throws `invitation.not_found`, also for one that was used: there is nothing left to take back. */
  async revoke(who: Identity, id: string, from: From): Promise<void> {
    await this.source.transaction(async (manager) => {
      const [rows]: [{ email: string | null }[], number] = await manager.query(
        'DELETE FROM invitation WHERE id = $1 AND used_at IS NULL RETURNING email',
        [id],
      );
      const [gone] = rows;
      if (!gone) throw new AppError('invitation.not_found');
      const target = { kind: 'invitation', id, name: gone.email };
      await this.log.record(manager, { actor: who, action: 'invitation.revoked', target, from });
    });
  }

  /** What the token promises to this e-mail; null when it promises nothing (any more). */
  async find(
    runner: Pick<EntityManager, 'query'>,
    token: string,
    email: string,
  ): Promise<{ id: string; role: Role } | null> {
    const rows: { id: string; role: Role }[] = await runner.query(
      `SELECT id, role FROM invitation
       WHERE token_hash = $1 AND used_at IS NULL AND expires_at > clock_timestamp() AND (email IS NULL OR email = $2)`,
      [hashOf(token), email],
    );
    return rows[0] ?? null;
  }

  /** Throws `auth.invitation_invalid` when somebody else was faster. */
  async use(manager: EntityManager, id: string, accountId: string): Promise<void> {
    const [, used]: [unknown, number] = await manager.query(
      'UPDATE invitation SET used_at = clock_timestamp(), used_by = $2 WHERE id = $1 AND used_at IS NULL',
      [id, accountId],
    );
    if (used === 0) throw new AppError('auth.invitation_invalid');
  }
}

const toInvitation = ({ id, email, role, expiresAt, usedAt }: InvitationRow): Invitation => ({
  id,
  email,
  role,
  expiresAt: expiresAt.toISOString(),
  usedAt: usedAt?.toISOString() ?? null,
});
