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

/** What was used and what it cost: one row for each call of a provider, never changed afterwards. */
@Injectable()
export class Ledger {
  /**
   * Writes the row in the caller's transaction, the one that makes the call's end true. Answers its cost in micro-dollars,
   * null when the price is not known. A second row for the same attempt of a generation is refused by the database.
   */
  async write(manager: EntityManager, entry: LedgerEntry): Promise<number | null> {
    const { model, usage } = entry;
    const cost = costOf(usage, model.prices);
    await manager.query(
      `INSERT INTO ledger (id, account_id, conversation_id, message_id, generation_id, attempt, purpose, outcome, model,
         provider, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, estimated, cost_micros)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        uuidv7(),
        entry.accountId,
        entry.conversationId,
        entry.messageId,
        entry.generationId,
        entry.attempt,
        entry.purpose,
        entry.outcome,
        model.id,
        model.provider,
        usage.inputTokens,
        usage.cachedInputTokens,
        usage.outputTokens,
        usage.reasoningTokens,
        usage.estimated,
        cost,
      ],
    );
    return cost;
  }
}
