import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import type { From } from '../../common/audit-log.ts';
import { returned } from '../../database/returned.ts';
import { IdTokens } from '../id-tokens.ts';
import { Sessions } from '../sessions.ts';
import { type LogoutToken, LogoutTokens } from './logout-tokens.ts';

/** Ends what the provider says has ended there. Owns the table `provider_logout`: which of its tokens were used. */
@Injectable()
export class ProviderLogouts {
  constructor(
    private readonly source: DataSource,
    private readonly tokens: LogoutTokens,
    private readonly idTokens: IdTokens,
    private readonly sessions: Sessions,
  ) {}

  /** That there is no such session any more is no failure. Throws what `LogoutTokens` throws, and `oidc.logout_invalid` a second time. */
  async end(token: string, from: From): Promise<void> {
    const said = await this.tokens.read(token);
    const ended = await this.source.transaction(async (manager) => {
      const first = returned(
        await manager.query(
          'INSERT INTO provider_logout (token_hash) VALUES ($1) ON CONFLICT DO NOTHING RETURNING token_hash',
          [nameOf(said)],
        ),
      );
      if (first.length === 0) throw new AppError('oidc.logout_invalid');
      const ids = await this.idTokens.sessionsOf(manager, said);
      return this.sessions.endThese(manager, ids, 'ended_by_provider', from);
    });
    await Promise.all(ended.map((id) => this.sessions.announceEnd(id)));
  }
}

const nameOf = ({ issuer, jti }: LogoutToken): Buffer => createHash('sha256').update(`${issuer} ${jti}`).digest();
