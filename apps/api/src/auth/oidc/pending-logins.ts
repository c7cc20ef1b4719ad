import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AppError } from '../../common/app-error.ts';
import { Envelopes } from '../../common/envelope.ts';
import { Config } from '../../config/config.ts';
import { returned } from '../../database/returned.ts';

export const PENDING_SECONDS = 600;

const Secrets = z.object({ nonce: z.string(), codeVerifier: z.string(), invitation: z.string().optional() });

/** What is decided when a sign-in begins and counts when it comes back. */
export interface Purpose {
  readonly next: string;
  readonly invitation: string | undefined;
  /** The session that wants to connect its account; null for a sign-in. */
  readonly sessionId: string | null;
}

export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** Kept by the browser that began, and by nobody else. */
  readonly browserToken: string;
}

/**
 * Owns the table `oidc_login`: sign-ins that are at the provider. They are in the database so that any replica can finish them, and
 * their secrets are sealed. A row is good once, for ten minutes, and for the browser that holds its token.
 */
@Injectable()
export class PendingLogins {
  private readonly envelopes: Envelopes;

  constructor(
    private readonly source: DataSource,
    config: Config,
  ) {
    this.envelopes = new Envelopes(config.MASTER_KEY);
  }

  async begin({ next, invitation, sessionId }: Purpose): Promise<Begun> {
    const begun = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
      browserToken: randomBytes(32).toString('base64url'),
    };
    const secrets = JSON.stringify({ nonce: begun.nonce, codeVerifier: begun.codeVerifier, invitation });
    await this.source.query(
      `INSERT INTO oidc_login (state_hash, browser_hash, secrets_envelope, next_path, session_id, expires_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))`,
      [
        hashed(begun.state),
        hashed(begun.browserToken),
        this.envelopes.seal(secrets, begun.state),
        next,
        sessionId,
        PENDING_SECONDS,
      ],
    );
    return begun;
  }

  /** Throws `oidc.failed` for a state that is unknown, used, too old or another browser's; that one's own stays good. */
  async finish(state: string, browserToken: string): Promise<Purpose & Pick<Begun, 'nonce' | 'codeVerifier'>> {
    const rows = await this.source.query(
      `DELETE FROM oidc_login WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > clock_timestamp()
       RETURNING secrets_envelope AS envelope, next_path AS next, session_id AS "sessionId"`,
      [hashed(state), hashed(browserToken)],
    );
    const [row] = returned<{ envelope: string; next: string; sessionId: string | null }>(rows);
    if (!row) throw new AppError('oidc.failed');
    const secrets = Secrets.parse(JSON.parse(this.envelopes.open(row.envelope, state)));
    return { ...secrets, invitation: secrets.invitation, next: row.next, sessionId: row.sessionId };
  }
}

const hashed = (text: string): Buffer => createHash('sha256').update(text).digest();
