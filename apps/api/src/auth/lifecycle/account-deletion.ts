import type { DeleteAccount } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, type From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { PersonalData } from '../../common/personal-data.ts';
import { Sessions } from '../sessions.ts';
import { Credentials } from './credentials.ts';
import { Proof } from './proof.ts';

@Injectable()
export class AccountDeletion {
  constructor(
    private readonly source: DataSource,
    private readonly proof: Proof,
    private readonly credentials: Credentials,
    private readonly sessions: Sessions,
    private readonly personalData: PersonalData,
    private readonly log: AuditLog,
  ) {}

  /** For good. Throws `account.last_owner` and what `Proof` throws, and has then changed nothing but stopped running answers. */
  async delete(who: Identity, { password }: DeleteAccount, from: From): Promise<void> {
    await this.proof.demand(who, password, from);
    // The provider calls of the person end before the rows they would write to are gone.
    await Promise.all(this.personalData.all().map((records) => records.leave?.(who)));
    const ended = await this.source.transaction(async (manager) => {
      const sessions = await this.sessions.endAllOf(manager, who.userId, null, 'account_deleted');
      await this.credentials.remove(manager, who.userId);
      const target = { kind: 'person', id: who.userId, name: who.email };
      await this.log.record(manager, { actor: who, action: 'person.deleted_self', target, from });
      return sessions;
    });
    await Promise.all(ended.map((sessionId) => this.sessions.announceEnd(sessionId)));
  }
}
