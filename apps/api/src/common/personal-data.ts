import { Injectable } from '@nestjs/common';
import type { Identity } from './identity.ts';

/** What one room keeps about people. The room that owns the tables says how to read them and what to do before they go. */
export interface PersonalRecords {
  /** Its member in the export. */
  readonly name: string;
  /** Every record of the person, in pages, so that no connection is held while a slow reader reads. */
  records(accountId: string): AsyncIterable<object>;
  /** Ends what is under way for the person. The rows go with the account. */
  leave?(who: Pick<Identity, 'userId'>): Promise<void>;
}

/** Where the rooms hand in what they keep about people, so that identity can export and delete it without knowing them. */
@Injectable()
export class PersonalData {
  private readonly kept: PersonalRecords[] = [];

  add(records: PersonalRecords): void {
    this.kept.push(records);
  }

  all(): readonly PersonalRecords[] {
    return this.kept;
  }
}
