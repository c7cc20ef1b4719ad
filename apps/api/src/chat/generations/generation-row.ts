import type { Generation, GenerationError, GenerationStatus } from '@chatbox/contracts';

/** A row of `generation`, as the queries here select it. bigint columns come as strings. */
export interface GenerationRow {
  id: string;
  conversationId: string;
  messageId: string;
  accountId: string;
  status: GenerationStatus;
  attempt: number;
  model: string;
  nodeId: string;
  epoch: string;
  checkpointSeq: string;
  stopRequestedAt: Date | null;
  error: GenerationError | null;
  startedAt: Date;
  finishedAt: Date | null;
}

export const GENERATION_COLUMNS = `g.id, g.conversation_id AS "conversationId", g.message_id AS "messageId",
  g.account_id AS "accountId", g.status, g.attempt, g.model, g.node_id AS "nodeId", g.epoch,
  g.checkpoint_seq AS "checkpointSeq", g.stop_requested_at AS "stopRequestedAt", g.error,
  g.started_at AS "startedAt", g.finished_at AS "finishedAt"`;

export const toGeneration = (row: GenerationRow): Generation => ({
  id: row.id,
  messageId: row.messageId,
  conversationId: row.conversationId,
  status: row.status,
  attempt: row.attempt,
  model: row.model,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
  error: row.error,
});
