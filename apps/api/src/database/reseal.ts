import type { DataSource } from 'typeorm';
import type { Envelopes } from '../common/envelope.ts';

/** A column of sealed secrets. Its owner says where it is and what each envelope is bound to. */
export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
  /** An expression for what a person knows the row by. */
  readonly name: string;
  /** What the envelope of the row with this id is bound to. */
  readonly boundTo: (id: string) => string;
}

export interface Resealed {
  resealed: number;
  /** Sealed with the first master key before. */
  current: number;
  /** Names of rows whose secret no configured master key opens; they are left as they are. */
  lost: string[];
}

/**
 * Seals every stored secret with the first master key. Row by row, each in a transaction of its own: it can be broken off and
 * begun again, and the service runs on meanwhile as long as it knows both keys.
 */
export const reseal = async (
  source: DataSource,
  envelopes: Envelopes,
  columns: readonly SealedColumn[],
): Promise<Resealed> => {
  const done: Resealed = { resealed: 0, current: 0, lost: [] };
  for (const column of columns) await resealColumn(source, envelopes, column, done);
  return done;
};

const resealColumn = async (
  source: DataSource,
  envelopes: Envelopes,
  { table, id, column, name, boundTo }: SealedColumn,
  done: Resealed,
): Promise<void> => {
  // A database that no start has migrated yet holds no secret either.
  const [found]: { exists: boolean }[] = await source.query('SELECT to_regclass($1) IS NOT NULL AS exists', [table]);
  if (!found?.exists) return;
  const rows: { id: string }[] = await source.query(
    `SELECT ${id} AS id FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${id}`,
  );
  for (const { id: key } of rows) {
    await source.transaction(async (manager) => {
      const [row]: { name: string; envelope: string | null }[] = await manager.query(
        `SELECT ${name} AS name, ${column} AS envelope FROM ${table} WHERE ${id} = $1 FOR UPDATE`,
        [key],
      );
      if (!row?.envelope) return;
      if (envelopes.isCurrent(row.envelope)) {
        done.current += 1;
        return;
      }
      const secret = opened(envelopes, row.envelope, boundTo(key));
      if (secret === undefined) {
        done.lost.push(row.name);
        return;
      }
      await manager.query(`UPDATE ${table} SET ${column} = $2 WHERE ${id} = $1`, [
        key,
        envelopes.seal(secret, boundTo(key)),
      ]);
      done.resealed += 1;
    });
  }
};

const opened = (envelopes: Envelopes, envelope: string, bound: string): string | undefined => {
  try {
    return envelopes.open(envelope, bound);
  } catch {
    return undefined;
  }
};
