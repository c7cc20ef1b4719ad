import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PersonalData } from '../common/personal-data.ts';

const PAGE = 500;

const ROWS = `SELECT id, conversation_id AS "conversationId", message_id AS "messageId", purpose, outcome, model, provider,
    input_tokens AS "inputTokens", cached_input_tokens AS "cachedInputTokens", output_tokens AS "outputTokens",
    reasoning_tokens AS "reasoningTokens", estimated, cost_micros AS "costMicros", at
  FROM ledger WHERE account_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`;

/** The person's rows of the ledger, for the export. They stay when the person goes, without the name: sums must not change. */
@Injectable()
export class PersonalLedger implements OnModuleInit {
  constructor(
    private readonly source: DataSource,
    private readonly personalData: PersonalData,
  ) {}

  onModuleInit(): void {
    this.personalData.add({ name: 'ledger', records: (accountId) => this.rows(accountId) });
  }

  private async *rows(accountId: string): AsyncGenerator<object> {
    for (let last: string | null | undefined = null; last !== undefined; ) {
      const rows: { id: string }[] = await this.source.query(ROWS, [accountId, last, PAGE]);
      yield* rows;
      last = rows.length === PAGE ? rows.at(-1)?.id : undefined;
    }
  }
}
