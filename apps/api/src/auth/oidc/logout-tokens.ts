import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { AppError } from '../../common/app-error.ts';
import type { SessionsThere } from '../id-tokens.ts';
import { Issuer } from './issuer.ts';
import { askIssuer } from './issuer-fetch.ts';

export interface LogoutToken extends SessionsThere {
  /** It is good once. */
  readonly jti: string;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** The standard advises two minutes of life; the rest is for clocks that differ, and for a provider that tries again. */
const MOST_SECONDS = 600;
const CLOCKS_DIFFER_SECONDS = 60;
const PATIENCE_MILLISECONDS = 10_000;
/** Signed with a key of the provider's own: a secret that we know as well proves nothing. */
const ASYMMETRIC = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;

/** OpenID Connect Back-Channel Logout 1.0, 2.4. An ID token is none: it has a nonce, and not the event. */
const Claims = z
  .object({
    iss: z.string(),
    jti: z.string().min(1).max(1_000),
    sub: z.string().min(1).optional(),
    sid: z.string().min(1).optional(),
    nonce: z.undefined().optional(),
    events: z.looseObject({ [EVENT]: z.looseObject({}) }),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);
const Type = z.union([z.undefined(), z.string().regex(/^(application\/)?(logout\+)?jwt$/i)]);

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Reads what the provider says about sessions that ended there. */
@Injectable()
export class LogoutTokens {
  private known: { readonly address: string; readonly keys: KeySet } | null = null;

  constructor(private readonly issuer: Issuer) {}

  /** Throws `oidc.logout_invalid`, `oidc.unavailable` or `oidc.not_configured`. */
  async read(token: string): Promise<LogoutToken> {
    const configuration = await this.issuer.configuration();
    const server = configuration.serverMetadata();
    if (server.jwks_uri === undefined) throw new AppError('oidc.unavailable');
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keysAt(server.jwks_uri), {
        issuer: server.issuer,
        audience: configuration.clientMetadata().client_id,
        algorithms: (server.id_token_signing_alg_values_supported ?? ['RS256']).filter((name) => ASYMMETRIC.test(name)),
        requiredClaims: ['iat', 'exp', 'jti'],
        maxTokenAge: MOST_SECONDS,
        clockTolerance: CLOCKS_DIFFER_SECONDS,
      });
      Type.parse(protectedHeader.typ);
      const { iss, jti, sid, sub } = Claims.parse(payload);
      return { issuer: iss, jti, sid, subject: sub };
    } catch (cause) {
      throw new AppError(isTheTokens(cause) ? 'oidc.logout_invalid' : 'oidc.unavailable', { cause });
    }
  }

  /** Asked for when first needed, and again for a key that is new, at most every half minute. */
  private keysAt(address: string): KeySet {
    if (this.known?.address !== address) {
      const keys = createRemoteJWKSet(new URL(address), {
        timeoutDuration: PATIENCE_MILLISECONDS,
        [customFetch]: askIssuer,
      });
      this.known = { address, keys };
    }
    return this.known.keys;
  }
}

/** Whatever else is wrong is between us and the provider, who may try again. */
const isTheTokens = (cause: unknown): boolean =>
  cause instanceof z.ZodError ||
  (cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout) && cause.code !== 'ERR_JOSE_GENERIC');
