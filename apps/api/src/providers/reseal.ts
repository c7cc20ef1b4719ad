import type { DataSource } from 'typeorm';
import type { Envelopes } from '../common/envelope.ts';

export interface Resealed {
  resealed: number;
  /** Sealed with the first master key before. */
  current: number;
  /** Names of connections whose key no configured master key opens; they are left as they are. */
  lost: string[];
}

/**
 * Seals every stored key with the first master key. Row by row, each in a transaction of its own: it can be broken off and
 * begun again, and the service runs on meanwhile as long as it knows both keys.
 */
export const reseal = async (source: DataSource, envelopes: Envelopes): Promise<Resealed> => {
  const done: Resealed = { resealed: 0, current: 0, lost: [] };
  // A database that no start has migrated yet holds no key either.
  const [table]: { exists: boolean }[] = await source.query(`SELECT to_regclass('connection') IS NOT NULL AS exists`);
  if (!table?.exists) return done;
  const ids: { id: string }[] = await source.query(
    'SELECT id FROM connection WHERE key_envelope IS NOT NULL ORDER BY id',
  );
  for (const { id } of ids) {
    await source.transaction(async (manager) => {
      const rows: { name: string; key_envelope: string | null }[] = await manager.query(
        'SELECT name, key_envelope FROM connection WHERE id = $1 FOR UPDATE',
        [id],
      );
      const envelope = rows[0]?.key_envelope;
      if (!rows[0] || !envelope) return;
      if (envelopes.isCurrent(envelope)) {
        done.current += 1;
        return;
      }
      const key = opened(envelopes, envelope, id);
      if (key === undefined) {
        done.lost.push(rows[0].name);
        return;
      }
      await manager.query('UPDATE connection SET key_envelope = $2 WHERE id = $1', [id, envelopes.seal(key, id)]);
      done.resealed += 1;
    });
  }
  return done;
};

const opened = (envelopes: Envelopes, envelope: string, id: string): string | undefined => {
  try {
    return envelopes.open(envelope, id);
  } catch {
    return undefined;
  }
};
