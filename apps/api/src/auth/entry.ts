import type { AuthResult } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog } from '../common/audit-log.ts';
import { Metrics } from '../metrics/metrics.ts';
import { ACCESS_SECONDS, AccessTokens } from './access-token.ts';
import { type Account, Accounts, toUser } from './accounts.ts';
import type { Device } from './arrival.ts';
import { Outbox } from './mail/outbox.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { type SessionRow, Sessions, toSession } from './sessions.ts';
import { isUnusual } from './unusual.ts';

export type WayIn = 'registration' | 'password' | 'second factor' | 'passkey' | 'provider';

const refuseInactive = ({ status }: Account): void => {
  if (status === 'suspended') throw new AppError('auth.suspended');
  if (status === 'pending') throw new AppError('auth.approval_pending');
};

/** Opens a session and lets it go on: whoever comes in, by whichever way, leaves here with the same two tokens. */
@Injectable()
export class Entry {
  constructor(
    private readonly accounts: Accounts,
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
    private readonly outbox: Outbox,
    private readonly log: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  /** A new session, never one that existed before the sign-in. Throws `auth.suspended` or `auth.approval_pending`. */
  async open(manager: EntityManager, account: Account, device: Device, way: WayIn): Promise<AuthResult> {
    refuseInactive(account);
    if (way !== 'registration' && isUnusual(await this.sessions.placesOf(manager, account.id), device))
      await this.outbox.add('new_sign_in', account.email, account.id, manager);
    const session = await this.sessions.open(manager, account.id, device);
    const refreshToken = await this.refreshTokens.begin(manager, session.id);
    await this.log.record(manager, {
      actor: { userId: account.id, email: account.email },
      action: 'session.opened',
      target: { kind: 'session', id: session.id },
      from: device,
      details: { by: way, userAgent: device.userAgent },
    });
    if (way !== 'registration') this.metrics.login('ok');
    return this.answer(account, session, refreshToken);
  }

  /** Throws `auth.refresh_invalid`. */
  async resume(token: string, device: Device): Promise<AuthResult> {
    const { sessionId, refreshToken } = await this.refreshTokens.exchange(token, device);
    const session = await this.sessions.read(sessionId);
    const account = session && (await this.accounts.read(session.accountId));
    if (!session || !account) throw new AppError('auth.refresh_invalid');
    return this.answer(account, session, refreshToken);
  }

  private answer(account: Account, session: SessionRow, refreshToken: string): AuthResult {
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
