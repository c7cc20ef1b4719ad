import type { Right } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.ts';
import type { Identity } from '../common/identity.ts';
import { AccessTokens } from './access-token.ts';
import { accessCookie } from './cookies.ts';
import { LiveKeys } from './keys/live-keys.ts';
import { type LiveSession, LiveSessions } from './live-sessions.ts';
import { type Arrival, RequestOrigin } from './request-origin.ts';
import { allows } from './rights/allows.ts';

export interface Credentials {
  /** Access token or key of a program. Where there is one, cookies do not count. */
  readonly token?: string | undefined;
  readonly cookieHeader?: string | undefined;
  /** Where it comes from, for keys that are not accepted from everywhere. */
  readonly address?: string | null | undefined;
  /** A connection that lives on, and may be one of thousands that come back at this moment: they are looked up together. */
  readonly stays?: true;
}

export type Recognised = Identity & Pick<LiveSession, 'expiresAt'> & Partial<Pick<LiveSession, 'factorMissing'>>;

/** Turns what a request or a socket's handshake brings into an identity. Guards do not cover a handshake: call this there. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly live: LiveSessions,
    private readonly keys: LiveKeys,
    private readonly origins: RequestOrigin,
  ) {}

  /**
   * `expiresAt`: when the token or the session ends, whichever is first. Throws `auth.required`, `auth.token_expired`,
   * `auth.factor_setup_required` or `auth.key_address`.
   */
  async authenticate(credentials: Credentials): Promise<Identity & { expiresAt: Date }> {
    const who = await this.recognise(credentials);
    if (who.factorMissing && (await this.live.findAgain(who.sessionId))?.factorMissing)
      throw new AppError('auth.factor_setup_required');
    return who;
  }

  /** The same for what is needed to set up a second factor: it may be missing. */
  async recognise({ token, cookieHeader, address = null, stays }: Credentials): Promise<Recognised> {
    if (token !== undefined && isKey(token)) return this.keys.authenticate(token, address);
    const presented = token ?? accessCookie(cookieHeader);
    if (!presented) throw new AppError('auth.required');
    const { claims, expiresAt } = this.tokens.verify(presented);
    const session = await (stays ? this.live.findSoon(claims.session) : this.live.find(claims.session));
    if (session === null || session.userId !== claims.userId) throw new AppError('auth.required');
    return session.expiresAt < expiresAt ? session : { ...session, expiresAt };
  }

  /**
   * For every frame of a socket, as the guard does for every request: whoever said hello, as they are now. Throws `auth.required`
   * where the session has ended meanwhile, and `auth.forbidden`.
   */
  async stillMay(who: Pick<Identity, 'sessionId' | 'key'>, { resource, action }: Right): Promise<Identity> {
    const now = await (who.key ? this.keys.again(who.key.prefix) : this.live.find(who.sessionId));
    if (now === null) throw new AppError('auth.required');
    if ('factorMissing' in now && now.factorMissing) throw new AppError('auth.factor_setup_required');
    if (!allows(now, resource, action)) throw new AppError('auth.forbidden');
    return now;
  }

  /** Of the one who asks, as far as trusted proxies tell it. For a handshake; a request has it already. */
  addressOf(headers: Arrival['headers'], peer?: string): string | null {
    return this.origins.addressOf({ headers, peer });
  }

  /** Throws `auth.fresh_factor_required` when nothing was shown in the session within the last ten minutes. */
  async demandFresh({ sessionId }: Identity): Promise<void> {
    if (isFresh(await this.live.find(sessionId)) || isFresh(await this.live.findAgain(sessionId))) return;
    throw new AppError('auth.fresh_factor_required');
  }

  /**
   * For a socket's handshake. A foreign or `null` origin is refused, and so is an absent one together with our cookie: browsers always
   * send it. Programs send neither. `peer` is the address of the other end, so that a trusted proxy can name the host.
   */
  originAllowed(headers: Arrival['headers'], peer?: string): boolean {
    return this.origins.vouched({ headers, peer }) ?? accessCookie(headers.cookie) === undefined;
  }
}

/** An access token is three parts with dots between them; a key has no dot. */
const isKey = (token: string): boolean => !token.includes('.');

const isFresh = (session: LiveSession | null): boolean =>
  session?.freshUntil != null && session.freshUntil.getTime() > Date.now();
