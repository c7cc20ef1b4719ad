import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import type { From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { LoginAttempts } from '../login-attempts.ts';
import { Passwords } from '../passwords.ts';
import { Credentials } from './credentials.ts';

/** For accounts without a password: a session this young stands for the sign-in at the provider. */
const YOUNG_MINUTES = 10;

/** Asked before what a borrowed session must not be able to do. Guesses count like guesses at the sign-in. */
@Injectable()
export class Proof {
  constructor(
    private readonly source: DataSource,
    private readonly credentials: Credentials,
    private readonly passwords: Passwords,
    private readonly attempts: LoginAttempts,
  ) {}

  /** Throws `auth.bad_credentials`, `auth.too_many_attempts` or, without a password, `auth.recent_sign_in_required`. */
  async demand(who: Identity, password: string | undefined, from: From): Promise<void> {
    const { email, passwordHash } = await this.credentials.read(who.userId);
    if (passwordHash === null) return this.demandYoung(who);
    await this.attempts.allow(email, from, async () =>
      password !== undefined && (await this.passwords.matches(passwordHash, password)) ? true : null,
    );
  }

  private async demandYoung({ sessionId }: Identity): Promise<void> {
    const rows: unknown[] = await this.source.query(
      `SELECT FROM session WHERE id = $1 AND created_at > clock_timestamp() - make_interval(mins => $2)`,
      [sessionId, YOUNG_MINUTES],
    );
    if (rows.length === 0) throw new AppError('auth.recent_sign_in_required');
  }
}
