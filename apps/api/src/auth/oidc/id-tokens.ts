import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { EnvelopeError, Envelopes } from '../../common/envelope.ts';
import { Config } from '../../config/config.ts';
import { returned } from '../../database/returned.ts';

/** Owns the table `session_id_token`: what the provider wants to see when a session signs out there too. Sealed at rest. */
@Injectable()
export class IdTokens {
  private readonly envelopes: Envelopes;

  constructor(
    private readonly source: DataSource,
    config: Config,
  ) {
    this.envelopes = new Envelopes(config.MASTER_KEY);
  }

  async keep(manager: EntityManager, sessionId: string, idToken: string): Promise<void> {
    await manager.query('INSERT INTO session_id_token (session_id, token_envelope) VALUES ($1, $2)', [
      sessionId,
      this.envelopes.seal(idToken, sessionId),
    ]);
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
