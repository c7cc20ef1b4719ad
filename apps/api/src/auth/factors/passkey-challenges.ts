import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** WebAuthn Level 3 §13.4.3 asks for at least 16. */
const CHALLENGE_BYTES = 32;
const SWEPT_AT_ONCE = 100;
export const CEREMONY_MINUTES = 5;

/** What a challenge was given out for, and to whom: it counts for nothing and nobody else. */
export type Ceremony =
  | { readonly register: string }
  | { readonly fresh: string }
  | { readonly secondStep: string }
  | { readonly signIn: string };

/** Owns the table `passkey_challenge`: what an authenticator has to sign, once, within five minutes. */
@Injectable()
export class PasskeyChallenges {
  constructor(private readonly source: DataSource) {}

  async give(ceremony: Ceremony): Promise<Uint8Array<ArrayBuffer>> {
    const challenge = randomBytes(CHALLENGE_BYTES);
    await this.source.query(
      `WITH swept AS (
         DELETE FROM passkey_challenge WHERE challenge IN (
           SELECT challenge FROM passkey_challenge WHERE expires_at < clock_timestamp() LIMIT $4 FOR UPDATE SKIP LOCKED))
       INSERT INTO passkey_challenge (challenge, bound, expires_at)
       VALUES ($1, $2, clock_timestamp() + make_interval(mins => $3))`,
      [challenge.toString('base64url'), boundTo(ceremony), CEREMONY_MINUTES, SWEPT_AT_ONCE],
    );
    return challenge;
  }

  /** Whether it was given out for this; it is taken back whatever comes of it. */
  async take(ceremony: Ceremony, challenge: string): Promise<boolean> {
    const [, taken]: [unknown, number] = await this.source.query(
      'DELETE FROM passkey_challenge WHERE challenge = $1 AND bound = $2 AND expires_at > clock_timestamp()',
      [challenge, boundTo(ceremony)],
    );
    return taken > 0;
  }
}

const boundTo = (ceremony: Ceremony): Buffer => createHash('sha256').update(JSON.stringify(ceremony)).digest();
