import type { AuthResult, Login } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { Accounts } from './accounts.ts';
import type { Device } from './arrival.ts';
import { Entry } from './entry.ts';
import { SecondStep } from './factors/second-step.ts';
import { LoginAttempts } from './login-attempts.ts';
import { Passwords } from './passwords.ts';

@Injectable()
export class SignIn {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly attempts: LoginAttempts,
    private readonly entry: Entry,
    private readonly secondStep: SecondStep,
  ) {}

  /**
   * The same answer after the same work for a wrong password and for an account that does not exist. Throws `auth.factor_required` for
   * an account with a second factor; `hostname` is the address it would be used at.
   */
  async login({ email, password }: Login, device: Device, hostname: string): Promise<AuthResult> {
    const account = await this.attempts.allow(email, device, async () => {
      const found = await this.accounts.withPassword(email);
      return (await this.passwords.matches(found?.passwordHash ?? null, password)) ? found : null;
    });
    if (account.status === 'suspended') throw new AppError('auth.suspended');
    await this.secondStep.demand(account, hostname);
    return this.source.transaction((manager) => this.entry.open(manager, account, device, 'password'));
  }
}
