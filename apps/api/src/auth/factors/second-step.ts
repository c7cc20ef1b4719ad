import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.ts';
import type { SignedInThere } from '../id-tokens.ts';
import { Factors } from './factors.ts';
import { LoginChallenges } from './login-challenges.ts';

/** An account and the hash of the password that was just shown. */
interface Shown {
  readonly id: string;
  readonly passwordHash: string | null;
}

/** What comes between a right password and a session, where an account has a second factor. */
@Injectable()
export class SecondStep {
  constructor(
    private readonly factors: Factors,
    private readonly challenges: LoginChallenges,
  ) {}

  /** `there`: what the session gets that the step will open. Throws `auth.factor_required`, with what the sign-in goes on with, for an account that has a second factor. */
  async demand({ id, passwordHash }: Shown, hostname: string, there?: SignedInThere): Promise<void> {
    const kinds = await this.factors.kinds(id, hostname);
    if (kinds === null) return;
    const challenge = await this.challenges.open(id, passwordHash ?? '', there);
    throw new AppError('auth.factor_required', { next: { challenge, kinds } });
  }
}
