import type { AuthResult } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
} from 'openid-client';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { Logger } from '../../common/logger.ts';
import { Config } from '../../config/config.ts';
import type { Device } from '../arrival.ts';
import { IdTokens, type SignedInThere } from '../id-tokens.ts';
import { Issuer } from './issuer.ts';
import { OidcEntry } from './oidc-entry.ts';
import { OwnAddress } from './own-address.ts';
import { type Begun, PendingLogins, type Purpose } from './pending-logins.ts';
import { type PersonAtProvider, personOf } from './person-at-provider.ts';

export interface Arrived {
  /** null: an account was connected, and the session is the one of before. */
  readonly result: AuthResult | null;
  readonly next: string;
}

/** Sign-in by OpenID Connect: authorization code with PKCE, state and nonce. */
@Injectable()
export class OidcSignIn {
  constructor(
    private readonly issuer: Issuer,
    private readonly pending: PendingLogins,
    private readonly entry: OidcEntry,
    private readonly idTokens: IdTokens,
    private readonly address: OwnAddress,
    private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  async begin(purpose: Purpose): Promise<{ url: string } & Pick<Begun, 'state' | 'browserToken'>> {
    const configuration = await this.issuer.configuration();
    const { state, nonce, codeVerifier, browserToken } = await this.pending.begin(purpose);
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.address.callback.href,
      scope: this.config.OIDC_SCOPES,
      response_type: 'code',
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, state, browserToken };
  }

  /** `query` is what the provider sent back, and `browserToken` what the browser had kept. */
  async finish(query: URLSearchParams, browserToken: string | undefined, device: Device): Promise<Arrived> {
    const from = { device, hostname: this.address.page('/').hostname };
    const state = query.get('state');
    if (state === null || browserToken === undefined) throw new AppError('oidc.failed');
    const { next, sessionId, invitation, ...secrets } = await this.pending.finish(state, browserToken);
    const { person, there } = await this.ask(query, { ...secrets, state });
    if (sessionId === null) return { result: await this.entry.enter(person, there, invitation, from), next };
    await this.entry.connect(person, sessionId);
    return { result: null, next };
  }

  /** Where to sign out at the provider, for a session that began there. The session itself is ended by whoever asks. */
  async farewell({ sessionId }: Identity): Promise<string | null> {
    const idToken = await this.idTokens.take(sessionId);
    if (idToken === null) return null;
    try {
      const configuration = await this.issuer.configuration();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return buildEndSessionUrl(configuration, {
        id_token_hint: idToken,
        post_logout_redirect_uri: this.address.afterLogout.href,
      }).href;
    } catch (error) {
      this.logger.warn({ err: error }, 'the sign-in provider could not be asked where to sign out');
      return null;
    }
  }

  private async ask(
    query: URLSearchParams,
    { state, nonce, codeVerifier }: Pick<Begun, 'state' | 'nonce' | 'codeVerifier'>,
  ): Promise<{ person: PersonAtProvider; there: SignedInThere }> {
    const configuration = await this.issuer.configuration();
    const back = this.address.callback;
    back.search = query.toString();
    try {
      const tokens = await authorizationCodeGrant(configuration, back, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw new AppError('oidc.failed');
      const all = await this.withUserInfo(configuration, claims, tokens.access_token);
      const sid = typeof claims.sid === 'string' ? claims.sid : null;
      return {
        person: personOf(claims.iss, all, this.config.OIDC_ROLE_CLAIM),
        there: { idToken: tokens.id_token, sid },
      };
    } catch (error) {
      throw this.named(error);
    }
  }

  /** The ID token's claims count; what it leaves out is asked for (OpenID Connect Core 5.3). */
  private async withUserInfo<T extends { sub: string }>(
    configuration: Configuration,
    claims: T,
    accessToken: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return { ...claims };
    return { ...(await fetchUserInfo(configuration, accessToken, claims.sub)), ...claims };
  }

  private named(error: unknown): AppError {
    if (error instanceof AppError) return error;
    if (error instanceof AuthorizationResponseError) return new AppError('oidc.denied', { cause: error });
    this.logger.warn({ err: error }, 'a sign-in at the provider was refused');
    const away = error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError');
    return new AppError(away ? 'oidc.unavailable' : 'oidc.failed', { cause: error });
  }
}
