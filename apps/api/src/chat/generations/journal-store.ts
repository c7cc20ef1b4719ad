import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Lease } from '../../cluster/node-lease.ts';
import { Config } from '../../config/config.ts';
import { askWithin } from '../../database/ask-within.ts';
import { HELD } from './held.ts';

/** Owns the journal: what was said and is in no checkpoint yet, in four slots of a minute each. */
@Injectable()
export class JournalStore {
  constructor(
    private readonly source: DataSource,
    private readonly config: Config,
  ) {}

  /** The journal row's number, or undefined when the lease is gone. People wait for it, and it counts only within the lease. */
  async append(lease: Lease, frames: string): Promise<string | undefined> {
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
