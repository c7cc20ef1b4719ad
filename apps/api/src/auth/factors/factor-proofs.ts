import type { PasskeyAssertion } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import type { OwnPage } from '../request-origin.ts';
import { FactorTries } from './factor-tries.ts';
import { PasskeyCeremonies } from './passkey-ceremonies.ts';
import type { Ceremony } from './passkey-challenges.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { Totp } from './totp.ts';

/** One of them; contracts see to that. */
export interface FactorProof {
  readonly totp?: string | undefined;
  readonly recoveryCode?: string | undefined;
  readonly passkey?: PasskeyAssertion | undefined;
}

/** A proof that has been looked at and is used up in the transaction of what it allows. False: it does not hold, or not any more. */
export type Spend = (manager: EntityManager) => Promise<boolean>;

@Injectable()
export class FactorProofs {
  constructor(
    private readonly totp: Totp,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly tries: FactorTries,
  ) {}

  /** Codes are counted: throws `auth.too_many_attempts`. A signature cannot be guessed, and is not. */
  async examine(accountId: string, proof: FactorProof, ceremony: Ceremony, page: OwnPage | null): Promise<Spend> {
    const { totp, recoveryCode, passkey } = proof;
    if (passkey) return this.examinePasskey(accountId, passkey, ceremony, page);
    await this.tries.count(accountId);
    return async (manager) => {
      const right =
        totp === undefined
          ? await this.recoveryCodes.spend(manager, accountId, recoveryCode ?? '')
          : await this.totp.spend(manager, accountId, totp);
      if (right) await this.tries.forget(manager, accountId);
      return right;
    };
  }

  private async examinePasskey(
    accountId: string,
    answer: PasskeyAssertion,
    ceremony: Ceremony,
    page: OwnPage | null,
  ): Promise<Spend> {
    if (page === null) throw new AppError('factor.passkey_address');
    const proven = await this.ceremonies.read(ceremony, answer, page);
    if (proven?.passkey.accountId !== accountId) return async () => false;
    return (manager) => this.ceremonies.spend(manager, proven);
  }
}
