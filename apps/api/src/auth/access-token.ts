import { createHash, createSecretKey } from 'node:crypto';
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
type Verified = z.infer<typeof Verified>;

const READ_MAX = 10_000;

/** Read before anything is verified: only to choose among our own keys. */
const Named = z.object({ header: z.object({ kid: z.string() }) });

/** Signs and checks access tokens. Being well signed is not enough to be let in: the session must be alive (`Authenticator`). */
@Injectable()
export class AccessTokens {
  /** By the ids of their keys, the one that signs first. All verify, so that a secret can be replaced while its tokens are about. */
  private readonly signers: ReadonlyMap<string, JwtService>;
  /** A token says the same each time it is read; only whether it has ended is asked again. */
  private readonly read = new Map<string, Verified>();

  constructor(config: Config) {
    const secrets = config.JWT_SECRET.split(',').map((secret) => secret.trim());
    this.signers = new Map(secrets.map((secret) => [keyIdOf(secret), signerOf(secret)]));
  }

  sign(claims: AccessClaims): string {
    const [[kid, signer] = never()] = this.signers;
    return signer.sign(claims, {
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
    const { payload } = this.read.get(token) ?? this.open(token);
    const { exp, ...claims } = payload;
    const expiresAt = new Date(exp * 1000);
    if (expiresAt.getTime() <= Date.now()) throw new AppError('auth.token_expired');
    return { claims, expiresAt };
  }

  private open(token: string): Verified {
    const verified = this.examine(token);
    if (this.read.size >= READ_MAX) this.read.clear();
    this.read.set(token, verified);
    return verified;
  }

  private examine(token: string): Verified {
    try {
      const { kid } = Named.parse(anySigner.decode(token, { complete: true })).header;
      const signer = this.signers.get(kid);
      if (signer === undefined) throw new AppError('auth.required');
      return Verified.parse(
        signer.verify(token, {
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

/** A key object: given a text, the library tries at every token whether it might be a public key, which costs more than the rest. */
const signerOf = (secret: string): JwtService => new JwtService({ secret: createSecretKey(Buffer.from(secret)) });
/** Reading without verifying needs no key. */
const anySigner = new JwtService();

const keyIdOf = (secret: string): string =>
  createHash('sha256').update(`key id:${secret}`).digest('base64url').slice(0, 12);
const never = (): never => {
  throw new Error('JWT_SECRET is empty');
};
