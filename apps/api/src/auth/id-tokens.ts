import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { EnvelopeError, Envelopes } from '../common/envelope.ts';
import { Config } from '../config/config.ts';
import { returned } from '../database/returned.ts';

/** What the provider said when it let somebody in. */
export interface SignedInThere {
  readonly idToken: string;
  /** How it names the session it has with that browser; null where it does not. */
  readonly sid: string | null;
}

/** Whose sessions a provider speaks of: one by its name there, or all of a person. */
export interface SessionsThere {
  readonly issuer: string;
  readonly sid: string | undefined;
  readonly subject: string | undefined;
}

/**
 * Owns the table `session_id_token`: sessions that began at a provider, with what it wants to see when they sign out there too (sealed),
 * and the name it has for them when it signs them out here.
 */
@Injectable()
export class IdTokens {
  private readonly envelopes: Envelopes;

  constructor(
    private readonly source: DataSource,
    config: Config,
  ) {
    this.envelopes = new Envelopes(config.MASTER_KEY);
  }

  async keep(manager: EntityManager, sessionId: string, { idToken, sid }: SignedInThere): Promise<void> {
    await manager.query('INSERT INTO session_id_token (session_id, token_envelope, provider_sid) VALUES ($1, $2, $3)', [
      sessionId,
      this.envelopes.seal(idToken, sessionId),
      sid,
    ]);
  }

  /** The sessions of that name or, where there is none, all that the person has begun there. */
  async sessionsOf(manager: EntityManager, { issuer, sid, subject }: SessionsThere): Promise<string[]> {
    const rows: { id: string }[] = await (sid === undefined
      ? manager.query(
          `SELECT t.session_id AS id FROM session_id_token t JOIN session s ON s.id = t.session_id
             JOIN external_identity e ON e.account_id = s.account_id
           WHERE e.issuer = $1 AND e.subject = $2`,
          [issuer, subject],
        )
      : manager.query('SELECT session_id AS id FROM session_id_token WHERE provider_sid = $1', [sid]));
    return rows.map(({ id }) => id);
  }

  /** null where the session did not begin at the provider, or where its token cannot be read any more. */
  async take(sessionId: string): Promise<string | null> {
    const rows = await this.source.query(
      'DELETE FROM session_id_token WHERE session_id = $1 RETURNING token_envelope AS envelope',
      [sessionId],
    );
    const [row] = returned<{ envelope: string }>(rows);
    if (!row) return null;
    try {
      return this.envelopes.open(row.envelope, sessionId);
    } catch (error) {
      // A master key that was taken out of use: the logout here still counts.
      if (error instanceof EnvelopeError) return null;
      throw error;
    }
  }
}
