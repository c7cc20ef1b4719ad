import type { GenerationError, Part, TerminalStatus, Usage } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Lease } from '../../cluster/node-lease.ts';
import { returned } from '../../database/returned.ts';
import type { LedgerRow } from '../../usage/ledger.ts';
import type { Answer } from './answer.ts';
import type { Frame } from './frames.ts';
import { GENERATION_COLUMNS, type GenerationRow } from './generation-row.ts';
import { HELD } from './held.ts';
import { framesOf } from './journal-reading.ts';

export interface Outcome {
  status: TerminalStatus;
  error: GenerationError | null;
  usage: Usage;
  booking: LedgerRow;
}

export interface Checkpoint {
  generationId: string;
  messageId: string;
  attempt: number;
  answer: Answer;
}

/** Owns generation and attempt: every write names the node's epoch, and one that lost it writes nothing. */
@Injectable()
export class GenerationStore {
  constructor(private readonly source: DataSource) {}

  /**
   * Writes the text so far of all these generations in one statement.
   * Returns the ids of all generations of this node for which somebody asked to stop, also of those that have nothing new.
   */
  async checkpoint(lease: Lease, seq: string, checkpoints: readonly Checkpoint[]): Promise<string[]> {
    const rows: { id: string }[] = await this.source.query(
      `WITH held AS (${HELD}),
       drafts AS (
         SELECT * FROM unnest($4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::jsonb[], $9::int[])
           AS d (generation_id, message_id, attempt, text, parts, position)
       ),
       kept AS (
         UPDATE generation g SET checkpoint_seq = $3 FROM drafts d, held
         WHERE g.id = d.generation_id AND g.attempt = d.attempt AND g.node_id = $1 AND g.epoch = $2 AND g.status = 'running'
         RETURNING g.id
       ),
       written AS (
         UPDATE message m SET text = d.text, parts = d.parts, position = d.position
         FROM drafts d JOIN kept k ON k.id = d.generation_id
         WHERE m.id = d.message_id AND m.position <> d.position
       )
       SELECT id FROM generation
       WHERE node_id = $1 AND epoch = $2 AND status = 'running' AND stop_requested_at IS NOT NULL`,
      [
        lease.nodeId,
        lease.epoch,
        seq,
        checkpoints.map(({ generationId }) => generationId),
        checkpoints.map(({ messageId }) => messageId),
        checkpoints.map(({ attempt }) => attempt),
        checkpoints.map(({ answer }) => answer.plain),
        checkpoints.map(({ answer }) => JSON.stringify(answer.parts)),
        checkpoints.map(({ answer }) => answer.position),
      ],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The one terminal state, the whole text, the ledger row and the sums, in one statement: all of it or nothing.
   * Returns the conversation's new revision, or undefined when this node does not own the attempt any more. Where `answer` is
   * null the text of the last checkpoint stays.
   */
  async finish(
    lease: Lease,
    generation: Pick<GenerationRow, 'id' | 'attempt'>,
    answer: Answer | null,
    outcome: Outcome,
  ): Promise<number | undefined> {
    const { usage, booking } = outcome;
    const rows = await this.source.query(
      `WITH held AS (${HELD}),
       ended AS (
         UPDATE generation g SET status = $5, finished_at = clock_timestamp(), error = $6 FROM held
         WHERE g.id = $3 AND g.attempt = $4 AND g.node_id = $1 AND g.epoch = $2 AND g.status = 'running'
         RETURNING g.*
       ),
       written AS (
         UPDATE message m SET text = coalesce($7, m.text), parts = coalesce($8, m.parts), position = coalesce($9, m.position),
           usage = $10, cost_micros = $11
         FROM ended WHERE m.id = ended.message_id
       ),
       booked AS (
         INSERT INTO ledger SELECT row.* FROM ended, jsonb_populate_record(NULL::ledger, $12) AS row
       )
       UPDATE conversation c SET revision = revision + 1, updated_at = clock_timestamp(),
         cost_micros = cost_micros + coalesce($11, 0), input_tokens = input_tokens + $13, output_tokens = output_tokens + $14
       FROM ended WHERE c.id = ended.conversation_id
       RETURNING c.revision`,
      [
        lease.nodeId,
        lease.epoch,
        generation.id,
        generation.attempt,
        outcome.status,
        outcome.error,
        answer?.plain,
        answer && JSON.stringify(answer.parts),
        answer?.position,
        usage,
        booking.cost_micros,
        JSON.stringify(booking),
        usage.inputTokens,
        usage.outputTokens,
      ],
    );
    const row = returned<{ revision: string }>(rows)[0];
    return row && Number(row.revision);
  }

  /** Durable, whoever owns the generation. False when it is not running (any more). */
  async requestStop(generationId: string): Promise<boolean> {
    const rows = await this.source.query(
      `UPDATE generation SET stop_requested_at = coalesce(stop_requested_at, clock_timestamp())
       WHERE id = $1 AND status = 'running' RETURNING id`,
      [generationId],
    );
    return returned(rows).length > 0;
  }

  async read(generationId: string): Promise<GenerationRow | undefined> {
    const [row] = await this.readAll([generationId]);
    return row;
  }

  async readAll(generationIds: readonly string[]): Promise<GenerationRow[]> {
    return this.source.query(`SELECT ${GENERATION_COLUMNS} FROM generation g WHERE g.id = ANY($1)`, [generationIds]);
  }

  async runningInAny(conversationIds: readonly string[]): Promise<{ id: string }[]> {
    if (conversationIds.length === 0) return [];
    return this.source.query(`SELECT id FROM generation WHERE conversation_id = ANY($1) AND status = 'running'`, [
      conversationIds,
    ]);
  }

  /** By id: the checkpoint of each and, of those that run, what the journal of its owner has after it. */
  async durable(rows: readonly GenerationRow[]): Promise<Map<string, { parts: Part[]; frames: Frame[] }>> {
    if (rows.length === 0) return new Map();
    const messages: { id: string; parts: Part[] }[] = await this.source.query(
      `SELECT id, parts FROM message WHERE id = ANY($1)`,
      [rows.map(({ messageId }) => messageId)],
    );
    const partsOf = new Map(messages.map(({ id, parts }) => [id, parts]));
    const frames = await framesOf(
      rows.filter(({ status }) => status === 'running'),
      this.source,
    );
    return new Map(
      rows.map(({ id, messageId }) => [id, { parts: partsOf.get(messageId) ?? [], frames: frames.get(id) ?? [] }]),
    );
  }

  /**
   * Begins the text anew, as the next attempt: a reader's place in the text before must not be taken for one in this. What
   * was said before is kept. False when this node does not own the attempt. May be asked again by who does not know what came of it.
   */
  async restart(lease: Lease, generation: Pick<GenerationRow, 'id' | 'attempt'>, earlier: Part[]): Promise<boolean> {
    const rows = await this.source.query(
      `WITH held AS (${HELD}),
       owned AS (
         UPDATE generation g SET attempt = $4 + 1 FROM held
         WHERE g.id = $3 AND g.attempt IN ($4, $4 + 1) AND g.node_id = $1 AND g.epoch = $2 AND g.status = 'running'
         RETURNING g.id, g.message_id
       ),
       kept AS (
         INSERT INTO attempt (generation_id, attempt, parts, reason) SELECT id, $4, $5, 'restarted' FROM owned
         ON CONFLICT DO NOTHING
       )
       UPDATE message m SET text = '', parts = '[]', position = 0 FROM owned WHERE m.id = owned.message_id RETURNING m.id`,
      [lease.nodeId, lease.epoch, generation.id, generation.attempt, JSON.stringify(earlier)],
    );
    return returned(rows).length > 0;
  }
}
