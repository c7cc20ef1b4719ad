import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, type From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { PersonalData, type PersonalRecords } from '../../common/personal-data.ts';

/** What identity itself keeps; never a hash or a token, they are no use to the person and of much to a thief. */
const OWN: Record<string, string> = {
  sessions: `SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt", ended_at AS "endedAt",
    end_reason AS "endReason", user_agent AS "userAgent", address FROM session WHERE account_id = $1 ORDER BY created_at`,
  identities: `SELECT id, issuer, subject, email, linked_at AS "linkedAt", last_used_at AS "lastUsedAt"
    FROM external_identity WHERE account_id = $1 ORDER BY linked_at`,
  failedSignIns: `SELECT f.at, f.address FROM login_failure f JOIN account a ON f.email = lower(a.email) WHERE a.id = $1 ORDER BY f.at`,
};
const PROFILE = `SELECT id, email, name, role, status, email_verified_at AS "emailVerifiedAt", created_at AS "createdAt",
  updated_at AS "updatedAt" FROM account WHERE id = $1`;

/** Everything that is kept about a person as one JSON document, made while it is read. */
@Injectable()
export class AccountExport {
  constructor(
    private readonly source: DataSource,
    private readonly personalData: PersonalData,
    private readonly log: AuditLog,
  ) {}

  async *document(who: Identity, from: From): AsyncGenerator<string> {
    // That it left the house is worth remembering, also where the reader does not wait for its end.
    const target = { kind: 'person', id: who.userId, name: who.email };
    await this.log.record(null, { actor: who, action: 'person.exported', target, from });
    const [profile]: object[] = await this.source.query(PROFILE, [who.userId]);
    yield `{"exportedAt":${JSON.stringify(new Date())},\n"profile":${JSON.stringify(profile ?? {})}`;
    const own = Object.entries(OWN).map(([name, statement]) => this.own(name, statement));
    for (const records of [...own, ...this.personalData.all()]) {
      yield `,\n${JSON.stringify(records.name)}:[`;
      let comma = '';
      for await (const record of records.records(who.userId)) {
        yield `${comma}\n${JSON.stringify(record)}`;
        comma = ',';
      }
      yield ']';
    }
    yield '}\n';
  }

  private own(name: string, statement: string): PersonalRecords {
    const { source } = this;
    return {
      name,
      async *records(accountId) {
        yield* (await source.query(statement, [accountId])) as object[];
      },
    };
  }
}
