import type { Factors, TotpEnrolment } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { Envelopes } from '../../common/envelope.ts';
import type { Identity } from '../../common/identity.ts';
import { SEALED_TOTP_SECRETS } from './sealed-secrets.ts';
import { newTotpSecret, qrOf, stepOf, totpUri } from './totp-code.ts';

const CONFIRM_MINUTES = 15;

/** Owns the table `totp`. Secrets are sealed with the master key; a code counts once, also when it comes twice at the same moment. */
@Injectable()
export class Totp {
  constructor(
    private readonly source: DataSource,
    private readonly envelopes: Envelopes,
  ) {}

  /** A new secret, which counts once it is confirmed; until then the one before goes on. */
  async begin(who: Identity): Promise<TotpEnrolment> {
    const secret = newTotpSecret();
    const rows: { until: Date }[] = await this.source.query(
      `INSERT INTO totp (account_id, pending_envelope, pending_until)
       VALUES ($1, $2, clock_timestamp() + make_interval(mins => $3))
       ON CONFLICT (account_id) DO UPDATE
       SET pending_envelope = excluded.pending_envelope, pending_until = excluded.pending_until
       RETURNING pending_until AS until`,
      [who.userId, this.envelopes.seal(secret, boundTo(who.userId)), CONFIRM_MINUTES],
    );
    const [row] = rows;
    if (!row) throw new Error('an insert returned no row');
    const uri = totpUri(secret, who.email);
    return { secret, uri, qr: qrOf(uri), expiresAt: row.until.toISOString() };
  }

  /** Throws `auth.factor_wrong`, also where there is nothing (any more) to confirm. The code does not count again for a sign-in. */
  async confirm(manager: EntityManager, who: Identity, code: string): Promise<void> {
    const rows: { envelope: string }[] = await manager.query(
      `SELECT pending_envelope AS envelope FROM totp
       WHERE account_id = $1 AND pending_until > clock_timestamp() FOR UPDATE`,
      [who.userId],
    );
    const step = rows[0] ? this.stepOf(rows[0].envelope, who.userId, code) : null;
    if (step === null) throw new AppError('auth.factor_wrong');
    await manager.query(
      `UPDATE totp SET secret_envelope = pending_envelope, added_at = clock_timestamp(), last_step = $2, last_used_at = NULL,
         pending_envelope = NULL, pending_until = NULL
       WHERE account_id = $1`,
      [who.userId, step],
    );
  }

  /** Whether the code is right and was not used before; it is used now. */
  async spend(manager: EntityManager, accountId: string, code: string): Promise<boolean> {
    const rows: { envelope: string }[] = await manager.query(
      'SELECT secret_envelope AS envelope FROM totp WHERE account_id = $1 AND secret_envelope IS NOT NULL',
      [accountId],
    );
    const step = rows[0] ? this.stepOf(rows[0].envelope, accountId, code) : null;
    if (step === null) return false;
    const [, used]: [unknown, number] = await manager.query(
      'UPDATE totp SET last_step = $2, last_used_at = clock_timestamp() WHERE account_id = $1 AND last_step < $2',
      [accountId, step],
    );
    return used > 0;
  }

  async read(accountId: string, runner: Pick<EntityManager, 'query'> = this.source): Promise<Factors['totp']> {
    const rows: { addedAt: Date; lastUsedAt: Date | null }[] = await runner.query(
      `SELECT added_at AS "addedAt", last_used_at AS "lastUsedAt" FROM totp
       WHERE account_id = $1 AND secret_envelope IS NOT NULL`,
      [accountId],
    );
    const [row] = rows;
    return row ? { addedAt: row.addedAt.toISOString(), lastUsedAt: row.lastUsedAt?.toISOString() ?? null } : null;
  }

  /** Whether there was one. */
  async remove(manager: EntityManager, accountId: string): Promise<boolean> {
    const [gone]: [{ had: boolean }[], number] = await manager.query(
      'DELETE FROM totp WHERE account_id = $1 RETURNING secret_envelope IS NOT NULL AS had',
      [accountId],
    );
    return gone[0]?.had === true;
  }

  private stepOf(envelope: string, accountId: string, code: string): number | null {
    return stepOf(this.envelopes.open(envelope, boundTo(accountId)), code, Date.now());
  }
}

const { boundTo } = SEALED_TOTP_SECRETS;
