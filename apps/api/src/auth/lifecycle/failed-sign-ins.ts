import type { AccountState } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Identity } from '../../common/identity.ts';

const LATEST = `
  SELECT f.at, f.address, f.at > coalesce(
    (SELECT max(earlier.created_at) FROM session earlier JOIN session mine ON mine.id = $2
     WHERE earlier.account_id = a.id AND earlier.created_at < mine.created_at),
    a.created_at) AS "isNew"
  FROM login_failure f JOIN account a ON f.email = lower(a.email)
  WHERE a.id = $1
  ORDER BY f.at DESC
  LIMIT 10`;

interface Row {
  at: Date;
  address: string | null;
  isNew: boolean;
}

/** What a person should know about others who try their door. */
@Injectable()
export class FailedSignIns {
  constructor(private readonly source: DataSource) {}

  /** `isNew`: since the sign-in before the one that `who` is here by, or since the account was opened. */
  async latest({ userId, sessionId }: Identity): Promise<AccountState['failedSignIns']> {
    const rows: Row[] = await this.source.query(LATEST, [userId, sessionId]);
    return rows.map(({ at, ...row }) => ({ at: at.toISOString(), ...row }));
  }
}
