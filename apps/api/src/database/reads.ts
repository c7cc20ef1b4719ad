import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { Metrics } from '../metrics/metrics.ts';
import { Pools } from './pools.ts';

/** A standby that is this far behind is not waited for. */
const PATIENCE_MILLISECONDS = 50;
const PAUSE_MILLISECONDS = 10;
/** How long a standby that failed is left alone; then one question tries it, the others ask the primary until it answers. */
const REST_MILLISECONDS = 2_000;

/**
 * Reads that may be answered by the standby, and are as true as on the primary at the moment they were asked: the primary says
 * how far it has written, and the standby answers when it has replayed that far. One that is late, away or has been
 * promoted is passed over, and the primary answers.
 */
@Injectable()
export class Reads {
  private position: Promise<string> | undefined;
  /** Undefined while the standby answers. */
  private restUntil: number | undefined;

  constructor(
    private readonly source: DataSource,
    private readonly pools: Pools,
    private readonly metrics: Metrics,
  ) {}

  async query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    const { read } = this.pools;
    if (read && this.mayAsk()) {
      const rows = await this.onStandby<T>(read, sql, values);
      if (rows) return rows;
    }
    this.metrics.readBy(read ? 'primary_instead' : 'primary');
    return this.source.query(sql, values);
  }

  private mayAsk(): boolean {
    if (this.restUntil === undefined) return true;
    if (performance.now() < this.restUntil) return false;
    this.restUntil = performance.now() + REST_MILLISECONDS;
    return true;
  }

  private async onStandby<T extends object>(read: pg.Pool, sql: string, values: unknown[]): Promise<T[] | undefined> {
    const written = await this.written();
    let client: pg.PoolClient | undefined;
    try {
      client = await read.connect();
      const isThere = await hasCaughtUp(client, written);
      const rows = isThere ? (await client.query<T>(sql, values)).rows : undefined;
      this.restUntil = undefined;
      if (rows) this.metrics.readBy('standby');
      return rows;
    } catch {
      // Whatever it was, the primary says the same if it is the question's fault.
      this.restUntil = performance.now() + REST_MILLISECONDS;
      return undefined;
    } finally {
      client?.release();
    }
  }

  /** Everybody who asks within the same turn of the event loop shares one question. */
  private written(): Promise<string> {
    this.position ??= this.source
      .query('SELECT pg_current_wal_lsn()::text AS position')
      .then((rows: [{ position: string }]) => rows[0].position);
    const { position } = this;
    setImmediate(() => {
      if (this.position === position) this.position = undefined;
    });
    return position;
  }
}

const hasCaughtUp = async (client: pg.PoolClient, written: string): Promise<boolean> => {
  const until = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await hasReplayed(client, written))) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  return true;
};

const hasReplayed = async (client: pg.PoolClient, written: string): Promise<boolean> => {
  const { rows } = await client.query<{ replayed: boolean }>(
    'SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= $1::pg_lsn AS replayed',
    [written],
  );
  return rows[0]?.replayed === true;
};
