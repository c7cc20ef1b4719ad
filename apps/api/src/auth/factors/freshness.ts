import type { Fresh, PasskeyRequest, ProveFresh } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import type { From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { Accounts } from '../accounts.ts';
import { LoginAttempts } from '../login-attempts.ts';
import { Passwords } from '../passwords.ts';
import type { OwnPage } from '../request-origin.ts';
import { Sessions } from '../sessions.ts';
import { FactorProofs } from './factor-proofs.ts';
import { PasskeyCeremonies } from './passkey-ceremonies.ts';

/** Shows, once more in a session, that it is still the same person: what a borrowed screen or a stolen cookie cannot. */
@Injectable()
export class Freshness {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly attempts: LoginAttempts,
    private readonly proofs: FactorProofs,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly sessions: Sessions,
  ) {}

  ask(who: Identity, page: OwnPage): Promise<PasskeyRequest> {
    return this.ceremonies.ask({ fresh: who.sessionId }, who.userId, page);
  }

  /** Throws `auth.bad_credentials`, `auth.factor_wrong` or `auth.too_many_attempts`. */
  async prove(who: Identity, { password, ...proof }: ProveFresh, page: OwnPage | null, from: From): Promise<Fresh> {
    if (password !== undefined) {
      await this.showPassword(who, password, from);
      return this.mark(who);
    }
    const spend = await this.proofs.examine(who.userId, proof, { fresh: who.sessionId }, page);
    return this.source.transaction(async (manager) => {
      if (!(await spend(manager))) throw new AppError('auth.factor_wrong');
      return this.mark(who, manager);
    });
  }

  /** Guesses count like guesses at the sign-in. */
  private async showPassword(who: Identity, password: string, from: From): Promise<void> {
    const account = await this.accounts.withPassword(who.email);
    await this.attempts.allow(who.email, from, async () =>
      (await this.passwords.matches(account?.passwordHash ?? null, password)) ? true : null,
    );
  }

  private async mark(who: Identity, runner: Pick<EntityManager, 'query'> = this.source): Promise<Fresh> {
    return { freshUntil: (await this.sessions.markProven(who, runner)).toISOString() };
  }
}
