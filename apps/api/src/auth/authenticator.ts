import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.ts';
import type { Identity } from '../common/identity.ts';
import { AccessTokens } from './access-token.ts';
import { accessCookie } from './cookies.ts';
import { LiveSessions } from './live-sessions.ts';
import { type Arrival, RequestOrigin } from './request-origin.ts';

export interface Credentials {
  /** Access token of a program. Where there is one, cookies do not count. */
  readonly token?: string | undefined;
  readonly cookieHeader?: string | undefined;
}

/** Turns what a request or a socket's handshake brings into an identity. Guards do not cover a handshake: call this there. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly live: LiveSessions,
    private readonly origins: RequestOrigin,
  ) {}

  /** `expiresAt`: when the token or the session ends, whichever is first. Throws `auth.required` or `auth.token_expired`. */
  async authenticate({ token, cookieHeader }: Credentials): Promise<Identity & { expiresAt: Date }> {
    const presented = token ?? accessCookie(cookieHeader);
    if (!presented) throw new AppError('auth.required');
    const { claims, expiresAt } = this.tokens.verify(presented);
    const session = await this.live.find(claims.session);
    if (session === null || session.userId !== claims.userId) throw new AppError('auth.required');
    return session.expiresAt < expiresAt ? session : { ...session, expiresAt };
  }

  /**
   * For a socket's handshake. A foreign or `null` origin is refused, and so is an absent one together with our cookie: browsers always
   * send it. Programs send neither. `peer` is the address of the other end, so that a trusted proxy can name the host.
   */
  originAllowed(headers: Arrival['headers'], peer?: string): boolean {
    return this.origins.vouched({ headers, peer }) ?? accessCookie(headers.cookie) === undefined;
  }
}
