import type { Part } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Lease } from '../../cluster/node-lease.ts';
import { mayPass } from '../../common/database-away.ts';
import type { LedgerRow, Spent } from '../../usage/ledger.ts';
import { type Answer, plainText } from './answer.ts';
import type { Frame } from './frames.ts';
import { GENERATION_COLUMNS, type GenerationRow } from './generation-row.ts';
import { HELD } from './held.ts';
import { readableFramesOf } from './journal-reading.ts';

/** Of node $1 in its epoch $2, and not among those of $3 that run there. */
const ADRIFT = `(g.node_id = $1 AND g.epoch = $2 AND g.id <> ALL($3::uuid[])
  AND (g.attempt > 1 OR g.started_at < clock_timestamp() - interval '5 seconds'))`;

export interface Booked {
  /** The row of the attempt that died. */
  booking: LedgerRow;
  /** Over all attempts, with this one. */
  spent: Spent;
}

/**
 * What a takeover found: the generation as it is now owned here, everything of it that was durable, and what it cost so far.
 * `broken` says why nothing but the checkpoint could be had.
 */
export type Claimed = Found & { row: GenerationRow };
type Found = { parts: Part[] } & (Booked | { broken: unknown });

/** How a takeover puts the dead attempt in order. */
export interface Estate {
  restore(parts: Part[], frames: Frame[]): Answer;
  book(manager: EntityManager, orphan: GenerationRow, answer: Answer): Promise<Booked>;
}

/** Owns how a generation whose owner is gone comes to another one. */
@Injectable()
export class OrphanStore {
  constructor(private readonly source: DataSource) {}

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
    let found: Found;
    try {
      found = await manager.transaction((savepoint) => this.putInOrder(savepoint, orphan, checkpoint, estate));
    } catch (error) {
      if (mayPass(error)) throw error;
      found = { parts: checkpoint, broken: error };
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
  ): Promise<Found> {
    const frames = await readableFramesOf(orphan, manager);
    const answer = restore(checkpoint, frames);
    const { parts } = answer;
    const booked = await book(manager, orphan, answer);
    await manager.query(`UPDATE message SET text = $2, parts = $3, position = $4 WHERE id = $1`, [
      orphan.messageId,
      plainText(parts),
      JSON.stringify(parts),
      answer.position,
    ]);
    return { parts, ...booked };
  }
}
