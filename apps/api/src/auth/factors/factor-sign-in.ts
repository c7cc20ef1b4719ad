import type { AuthResult, LoginFactor, PasskeyAssertion, PasskeyRequest } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { type Account, Accounts } from '../accounts.ts';
import type { Device } from '../arrival.ts';
import { Entry, type WayIn } from '../entry.ts';
import { IdTokens, type SignedInThere } from '../id-tokens.ts';
import { LoginAttempts } from '../login-attempts.ts';
import type { OwnPage } from '../request-origin.ts';
import { FactorProofs, type Spend } from './factor-proofs.ts';
import { LoginChallenges } from './login-challenges.ts';
import { PasskeyCeremonies } from './passkey-ceremonies.ts';

/** Sign-ins that end with a second factor, and those that a passkey alone is enough for. */
@Injectable()
export class FactorSignIn {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly entry: Entry,
    private readonly idTokens: IdTokens,
    private readonly challenges: LoginChallenges,
    private readonly proofs: FactorProofs,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly attempts: LoginAttempts,
  ) {}

  /** Throws `auth.challenge_invalid`. */
  async ask(challenge: string, page: OwnPage): Promise<PasskeyRequest> {
    return this.ceremonies.ask({ secondStep: challenge }, await this.challenges.look(challenge), page);
  }

  /** Throws `auth.challenge_invalid`, `auth.factor_wrong`, `auth.too_many_attempts` or `auth.suspended`. */
  async finish({ challenge, ...proof }: LoginFactor, page: OwnPage | null, device: Device): Promise<AuthResult> {
    const account = await this.account(await this.challenges.try(challenge));
    const spend = await this.proofs.examine(account.id, proof, { secondStep: challenge }, page);
    return this.open(account, device, 'second factor', spend, (manager) => this.challenges.close(manager, challenge));
  }

  askAnybody(browser: string, page: OwnPage): Promise<PasskeyRequest> {
    return this.ceremonies.ask({ signIn: browser }, null, page);
  }

  /** Throws `auth.factor_wrong` or `auth.suspended`. */
  async withPasskey(answer: PasskeyAssertion, browser: string, page: OwnPage, device: Device): Promise<AuthResult> {
    const proven = await this.ceremonies.read({ signIn: browser }, answer, page);
    // WebAuthn Level 3 §7.2, step 6: who did not say who they are must be named by the authenticator.
    if (!proven || answer.response.userHandle == null) throw new AppError('auth.factor_wrong');
    const account = await this.account(proven.passkey.accountId);
    return this.open(account, device, 'passkey', (manager) => this.ceremonies.spend(manager, proven));
  }

  private async account(accountId: string): Promise<Account> {
    const account = await this.accounts.read(accountId);
    if (!account) throw new AppError('auth.challenge_invalid');
    return account;
  }

  /** A proof that does not hold takes nothing with it: the sign-in can go on with another one. */
  private async open(
    account: Account,
    device: Device,
    way: WayIn,
    spend: Spend,
    close: (manager: EntityManager) => Promise<SignedInThere | null> = async () => null,
  ): Promise<AuthResult> {
    try {
      return await this.source.transaction(async (manager) => {
        const there = await close(manager);
        if (!(await spend(manager))) throw new AppError('auth.factor_wrong');
        const result = await this.entry.open(manager, account, device, way);
        if (there !== null) await this.idTokens.keep(manager, result.session.id, there);
        return result;
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'auth.factor_wrong')
        await this.attempts.record(account.email, device.address);
      throw error;
    }
  }
}
