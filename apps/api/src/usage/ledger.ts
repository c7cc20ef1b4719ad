import type { Model, TerminalStatus, Usage } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { costOf } from './cost.ts';

export interface LedgerEntry {
  accountId: string;
  conversationId: string | null;
  messageId: string | null;
  generationId: string | null;
  attempt: number | null;
  purpose: 'chat' | 'title';
  /** `abandoned`: an attempt that was given up for a new one. */
  outcome: TerminalStatus | 'abandoned';
  model: Pick<Model, 'id' | 'provider' | 'prices'>;
  usage: Usage;
}

export interface Spent {
  calls: number;
  /** Of those whose price is known. */
  costMicros: number;
}

/** Of a call of which nothing is known. */
export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: true,
};

/** A row of `ledger` by its column names, for `jsonb_populate_record(NULL::ledger, …)`. */
export type LedgerRow = ReturnType<Ledger['row']>;

/** Of a row, what is counted besides. */
export const spentIn = (row: LedgerRow) => ({
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  costMicros: row.cost_micros,
});

/** What was used and what it cost: one row for each call of a provider, never changed afterwards. */
@Injectable()
export class Ledger {
  /** The row of one call, for a statement that makes the call's end true and books it at once. */
  row({ model, usage, ...entry }: LedgerEntry) {
    return {
      id: uuidv7(),
      account_id: entry.accountId,
      conversation_id: entry.conversationId,
      message_id: entry.messageId,
      generation_id: entry.generationId,
      attempt: entry.attempt,
      purpose: entry.purpose,
      outcome: entry.outcome,
      model: model.id,
      provider: model.provider,
      input_tokens: usage.inputTokens,
      cached_input_tokens: usage.cachedInputTokens,
      output_tokens: usage.outputTokens,
      reasoning_tokens: usage.reasoningTokens,
      estimated: usage.estimated,
      cost_micros: costOf(usage, model.prices),
      at: new Date().toISOString(),
    };
  }

  /** Writes the row in the caller's transaction. A second row for the same attempt of a generation is passed over. */
  async write(manager: EntityManager, row: LedgerRow): Promise<void> {
    await manager.query(
      `INSERT INTO ledger SELECT * FROM jsonb_populate_record(NULL::ledger, $1) ON CONFLICT DO NOTHING`,
      [JSON.stringify(row)],
    );
  }

  /** What has been booked for a generation, over all its attempts. */
  async spentFor(manager: EntityManager, generationId: string): Promise<Spent> {
    const rows: Spent[] = await manager.query(
      `SELECT count(*)::int AS calls, coalesce(sum(cost_micros), 0)::float8 AS "costMicros"
       FROM ledger WHERE generation_id = $1 AND purpose = 'chat'`,
      [generationId],
    );
    return rows[0] ?? { calls: 0, costMicros: 0 };
  }
}
