import type { AuthResult, Login } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { ACCESS_SECONDS, AccessTokens } from './access-token.ts';
import { type Account, Accounts, toUser } from './accounts.ts';
import type { Device } from './arrival.ts';
import { LoginAttempts } from './login-attempts.ts';
import { Passwords } from './passwords.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { type SessionRow, Sessions, toSession } from './sessions.ts';

export interface SignedIn {
  readonly account: Account;
  readonly session: SessionRow;
  readonly refreshToken: string;
}

/** The ways into a session, and what they answer. */
@Injectable()
export class SignIn {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly attempts: LoginAttempts,
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
  ) {}

  /** The same answer after the same work for a wrong password and for an account that does not exist. */
  async login({ email, password }: Login, device: Device): Promise<SignedIn> {
    const account = await this.attempts.allow(email, device.address, async () => {
      const found = await this.accounts.withPassword(email);
      return (await this.passwords.matches(found?.passwordHash ?? null, password)) ? found : null;
    });
    if (account.status === 'suspended') throw new AppError('auth.suspended');
    return this.source.transaction((manager) => this.open(manager, account, device));
  }

  async refresh(token: string, device: Device): Promise<SignedIn> {
    const { sessionId, refreshToken } = await this.refreshTokens.exchange(token, device);
    const session = await this.sessions.read(sessionId);
    const account = session && (await this.accounts.read(session.accountId));
    if (!session || !account) throw new AppError('auth.refresh_invalid');
    return { account, session, refreshToken };
  }

  /** A new session, never one that existed before the sign-in. */
  async open(manager: EntityManager, account: Account, device: Device): Promise<SignedIn> {
    const session = await this.sessions.open(manager, account.id, device);
    return { account, session, refreshToken: await this.refreshTokens.begin(manager, session.id) };
  }

  answer({ account, session, refreshToken }: SignedIn): AuthResult {
    const { id: userId, email, role } = account;
    return {
      user: toUser(account),
      accessToken: this.accessTokens.sign({ userId, email, role, session: session.id }),
      expiresIn: ACCESS_SECONDS,
      refreshToken,
      session: toSession(session, session.id),
    };
  }
}
