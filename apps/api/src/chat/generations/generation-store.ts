import type { GenerationError, Part, TerminalStatus, Usage } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Lease } from '../../cluster/node-lease.ts';
import { mayPass } from '../../common/database-away.ts';
import { Config } from '../../config/config.ts';
import { askWithin } from '../../database/ask-within.ts';
import { returned } from '../../database/returned.ts';
import type { LedgerRow, Spent } from '../../usage/ledger.ts';
import { type Answer, plainText } from './answer.ts';
import type { Frame } from './frames.ts';
import { GENERATION_COLUMNS, type GenerationRow } from './generation-row.ts';
import { framesOf, readableFramesOf } from './journal-reading.ts';

/** Says whether the node may write at all. Taken by every write below, so that a claim waits for it and then outdates it. */
const HELD = `SELECT 1 FROM node WHERE id = $1 AND epoch = $2 AND lease_until > clock_timestamp() FOR KEY SHARE`;

/** Of node $1 in its epoch $2, and not among those of $3 that run there. */
const ADRIFT = `(g.node_id = $1 AND g.epoch = $2 AND g.id <> ALL($3::uuid[])
  AND (g.attempt > 1 OR g.started_at < clock_timestamp() - interval '5 seconds'))`;

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

/**
 * What a takeover found: the generation as it is now owned here, everything of it that was durable, and what it cost so far.
 * `broken` says why nothing but the checkpoint could be had.
 */
export interface Claimed {
  row: GenerationRow;
  parts: Part[];
  spent: Spent;
  broken?: unknown;
}

/** How a takeover puts the dead attempt in order. */
export interface Estate {
  restore(parts: Part[], frames: Frame[]): Answer;
  /** Returns what has been spent on it. */
  book(manager: EntityManager, orphan: GenerationRow, answer: Answer): Promise<Spent>;
}

/** Owns generation, attempt and journal: every write names the node's epoch, and one that lost it writes nothing. */
@Injectable()
export class GenerationStore {
  constructor(
    private readonly source: DataSource,
    private readonly config: Config,
  ) {}

  /** The journal row's number, or undefined when the lease is gone. People wait for it, and it counts only within the lease. */
  async appendJournal(lease: Lease, frames: string): Promise<string | undefined> {
    const rows = await askWithin<{ seq: string }>(
      this.source,
      (this.config.LEASE_SECONDS * 1000) / 2,
      `WITH held AS (${HELD})
       INSERT INTO journal (slot, node_id, epoch, frames)
       SELECT (extract(epoch FROM clock_timestamp())::bigint / 60) % 4, $1, $2, $3 FROM held
       RETURNING seq`,
      [lease.nodeId, lease.epoch, frames],
    );
    return rows[0]?.seq;
  }

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
   * Takes the generations of nodes whose lease ended, at most `limit`. The dead node's row is locked and outdated first:
   * an append that is under way commits before, a later one is refused. Then attempt + 1 and a new owner, and the text of
   * the journal goes into the checkpoint, so that only the new owner's journal counts from here.
   *
   * What is this node's own by its lease and not among those that are `alive` here is in nobody's hands either: the word of a claim
   * was lost on its way back, or a write was refused although the lease was renewed after it. First attempts get a moment to begin.
   */
  async claim(lease: Lease, limit: number, alive: readonly string[], estate: Estate): Promise<Claimed[]> {
    const own = [lease.nodeId, lease.epoch, alive];
    return this.source.transaction(async (manager) => {
      // The database may have kept this waiting for longer than the lease.
      const held: unknown[] = await manager.query(HELD, [lease.nodeId, lease.epoch]);
      if (held.length === 0) return [];
      const nodes: { id: string; ended: boolean }[] = await manager.query(
        `SELECT n.id, n.lease_until < clock_timestamp() AND n.lease_until > '-infinity' AS ended FROM node n
         WHERE EXISTS (SELECT 1 FROM generation g WHERE g.node_id = n.id AND g.status = 'running'
           AND (g.epoch <> n.epoch OR n.lease_until < clock_timestamp() OR ${ADRIFT}))
         FOR UPDATE OF n SKIP LOCKED`,
        own,
      );
      if (nodes.length === 0) return [];
      await manager.query(`UPDATE node SET epoch = epoch + 1, lease_until = '-infinity' WHERE id = ANY($1)`, [
        nodes.filter(({ ended }) => ended).map(({ id }) => id),
      ]);
      const orphans: GenerationRow[] = await manager.query(
        `SELECT ${GENERATION_COLUMNS} FROM generation g JOIN node n ON n.id = g.node_id
         WHERE g.status = 'running' AND (n.epoch <> g.epoch OR ${ADRIFT}) AND n.id = ANY($5)
         ORDER BY g.started_at LIMIT $4 FOR UPDATE OF g SKIP LOCKED`,
        [...own, limit, nodes.map(({ id }) => id)],
      );
      const claimed: Claimed[] = [];
      for (const orphan of orphans) claimed.push(await this.take(manager, lease, orphan, estate));
      return claimed;
    });
  }

  /** What is wrong with one is nobody else's: it becomes this node's without its journal, so that it can be ended. */
  private async take(manager: EntityManager, lease: Lease, orphan: GenerationRow, estate: Estate): Promise<Claimed> {
    const [message]: { parts: Part[] }[] = await manager.query(`SELECT parts FROM message WHERE id = $1`, [
      orphan.messageId,
    ]);
    const checkpoint = message?.parts ?? [];
    let found: Pick<Claimed, 'parts' | 'spent' | 'broken'>;
    try {
      found = await manager.transaction((savepoint) => this.putInOrder(savepoint, orphan, checkpoint, estate));
    } catch (error) {
      if (mayPass(error)) throw error;
      found = { parts: checkpoint, spent: { calls: 0, costMicros: 0 }, broken: error };
    }
    await manager.query(
      `UPDATE generation SET attempt = attempt + 1, node_id = $2, epoch = $3, checkpoint_seq = 0 WHERE id = $1`,
      [orphan.id, lease.nodeId, lease.epoch],
    );
    const owned = { nodeId: lease.nodeId, epoch: lease.epoch, attempt: orphan.attempt + 1, checkpointSeq: '0' };
    return { row: { ...orphan, ...owned }, ...found };
  }

  private async putInOrder(
    manager: EntityManager,
    orphan: GenerationRow,
    checkpoint: Part[],
    { restore, book }: Estate,
  ): Promise<Pick<Claimed, 'parts' | 'spent'>> {
    const frames = await readableFramesOf(orphan, manager);
    const answer = restore(checkpoint, frames);
    const { parts } = answer;
    const spent = await book(manager, orphan, answer);
    await manager.query(`UPDATE message SET text = $2, parts = $3, position = $4 WHERE id = $1`, [
      orphan.messageId,
      plainText(parts),
      JSON.stringify(parts),
      answer.position,
    ]);
    return { parts, spent };
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

  /** Empties the oldest slot of the journal, unless a running generation still needs one of its rows. */
  async emptyOldestSlot(): Promise<void> {
    await this.source.transaction(async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = '100ms'`);
      const slot = await needlessSlot(manager);
      if (slot === undefined) return;
      await manager.query(`LOCK TABLE journal_${slot} IN ACCESS EXCLUSIVE MODE`);
      // While that was waited for its minute may have begun; from here on whoever writes waits.
      if ((await needlessSlot(manager)) === slot) await manager.query(`TRUNCATE journal_${slot}`);
    });
  }
}

/** The slot of the next minute, which holds the oldest rows, if it has any and nobody needs one of them. */
async function needlessSlot(manager: EntityManager): Promise<number | undefined> {
  const [{ slot }]: [{ slot: number }] = await manager.query(
    `SELECT ((extract(epoch FROM clock_timestamp())::bigint / 60 + 1) % 4)::int AS slot`,
  );
  const [{ needed, filled }]: [{ needed: boolean; filled: boolean }] = await manager.query(
    `SELECT EXISTS (SELECT 1 FROM journal_${Number(slot)}) AS filled,
       EXISTS (SELECT 1 FROM generation g WHERE g.status = 'running' AND EXISTS (
         SELECT 1 FROM journal_${Number(slot)} j
         WHERE j.node_id = g.node_id AND j.epoch = g.epoch AND j.seq > g.checkpoint_seq)) AS needed`,
  );
  return filled && !needed ? Number(slot) : undefined;
}
