import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditEntry, AuditLog } from '../../common/audit-log.ts';
import { Sessions } from '../sessions.ts';
import { LoginChallenges } from './login-challenges.ts';

/** What goes with every change of somebody's factors, in one transaction with it. */
@Injectable()
export class FactorChanges {
  constructor(
    private readonly source: DataSource,
    private readonly sessions: Sessions,
    private readonly loginChallenges: LoginChallenges,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Changes of one account take turns. Sessions but the kept one end, and so do sign-ins that wait for a factor: whoever came in with
   * the factors of before has to come again.
   */
  async make<T>(
    accountId: string,
    keptSession: string | null,
    entry: AuditEntry,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const { outcome, ended } = await this.source.transaction(async (manager) => {
      await manager.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [accountId]);
      const outcome = await work(manager);
      await this.loginChallenges.drop(manager, accountId);
      const ended = await this.sessions.endAllOf(manager, accountId, keptSession, 'factor_changed');
      await this.audit.record(manager, entry);
      return { outcome, ended };
    });
    await Promise.all(ended.map((sessionId) => this.sessions.announceEnd(sessionId)));
    return outcome;
  }
}
