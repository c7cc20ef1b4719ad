import { createHash } from 'node:crypto';
import { AccessClaims } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { z } from 'zod';
import { AppError } from '../common/app-error.ts';
import { Config } from '../config/config.ts';

export const ACCESS_SECONDS = 3600;

const ISSUER = 'chatbox';
const AUDIENCE = 'chatbox-api';
/** RFC 9068 2.1: an access token says so in its header, and nothing else is taken for one. */
const TYPE = 'at+jwt';

const Verified = z.object({
  header: z.object({ typ: z.literal(TYPE), kid: z.string() }),
  payload: AccessClaims.extend({ exp: z.int() }),
});

/** Read before anything is verified: only to choose among our own keys. */
const Named = z.object({ header: z.object({ kid: z.string() }) });

/** Signs and checks access tokens. Being well signed is not enough to be let in: the session must be alive (`Authenticator`). */
@Injectable()
export class AccessTokens {
  /** By their ids, the one that signs first. All verify, so that a secret can be replaced while its tokens are about. */
  private readonly keys: ReadonlyMap<string, string>;

  constructor(
    private readonly jwt: JwtService,
    config: Config,
  ) {
    const secrets = config.JWT_SECRET.split(',').map((secret) => secret.trim());
    this.keys = new Map(secrets.map((secret) => [keyIdOf(secret), secret]));
  }

  sign(claims: AccessClaims): string {
    const [[kid, secret] = never()] = this.keys;
    return this.jwt.sign(claims, {
      secret,
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: TYPE, kid },
      issuer: ISSUER,
      audience: AUDIENCE,
      subject: claims.userId,
      expiresIn: ACCESS_SECONDS,
    });
  }

  /** Throws `auth.token_expired`, or `auth.required` for whatever else is wrong with it. */
  verify(token: string): { claims: AccessClaims; expiresAt: Date } {
    const { payload } = this.open(token);
    const { exp, ...claims } = payload;
    return { claims, expiresAt: new Date(exp * 1000) };
  }

  private open(token: string): z.infer<typeof Verified> {
    try {
      const { kid } = Named.parse(this.jwt.decode(token, { complete: true })).header;
      const secret = this.keys.get(kid);
      if (secret === undefined) throw new AppError('auth.required');
      return Verified.parse(
        this.jwt.verify(token, {
          secret,
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          complete: true,
        }),
      );
    } catch (cause) {
      const expired = cause instanceof Error && cause.name === 'TokenExpiredError';
      throw new AppError(expired ? 'auth.token_expired' : 'auth.required', { cause });
    }
  }
}

const keyIdOf = (secret: string): string =>
  createHash('sha256').update(`key id:${secret}`).digest('base64url').slice(0, 12);
const never = (): never => {
  throw new Error('JWT_SECRET is empty');
};
