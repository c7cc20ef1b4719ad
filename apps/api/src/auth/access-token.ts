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

/** Signs and checks access tokens. Being well signed is not enough to be let in: the session must be alive (`Authenticator`). */
@Injectable()
export class AccessTokens {
  private readonly keyId: string;

  constructor(
    private readonly jwt: JwtService,
    private readonly config: Config,
  ) {
    this.keyId = createHash('sha256').update(`key id:${config.JWT_SECRET}`).digest('base64url').slice(0, 12);
  }

  sign(claims: AccessClaims): string {
    return this.jwt.sign(claims, {
      secret: this.config.JWT_SECRET,
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: TYPE, kid: this.keyId },
      issuer: ISSUER,
      audience: AUDIENCE,
      subject: claims.userId,
      expiresIn: ACCESS_SECONDS,
    });
  }

  /** Throws `auth.token_expired`, or `auth.required` for whatever else is wrong with it. */
  verify(token: string): { claims: AccessClaims; expiresAt: Date } {
    const { header, payload } = this.open(token);
    if (header.kid !== this.keyId) throw new AppError('auth.required');
    const { exp, ...claims } = payload;
    return { claims, expiresAt: new Date(exp * 1000) };
  }

  private open(token: string): z.infer<typeof Verified> {
    try {
      return Verified.parse(
        this.jwt.verify(token, {
          secret: this.config.JWT_SECRET,
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
