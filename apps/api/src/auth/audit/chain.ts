import { createHash } from 'node:crypto';

/** An entry as it is kept. `details` is the JSON text itself: a value that was parsed and written again could differ. */
export interface AuditRow {
  readonly seq: string;
  readonly at: Date;
  readonly actorId: string | null;
  readonly actorEmail: string | null;
  readonly actorKey: string | null;
  readonly action: string;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly details: string;
  readonly hash: Buffer;
}

/** What the first entry follows. */
export const BEGINNING = Buffer.alloc(32);

/** SHA-256 over the hash before and every field, as JSON, in which no field can run into the next. */
export const hashOf = (before: Buffer, row: Omit<AuditRow, 'hash'>): Buffer =>
  createHash('sha256')
    .update(before)
    .update(
      JSON.stringify([
        row.seq,
        row.at.toISOString(),
        row.actorId,
        row.actorEmail,
        row.actorKey,
        row.action,
        row.targetKind,
        row.targetId,
        row.targetName,
        row.address,
        row.requestId,
        row.details,
      ]),
    )
    .digest();

export interface Link {
  readonly seq: bigint;
  readonly hash: Buffer;
}
export const START: Link = { seq: 0n, hash: BEGINNING };

/** The link after `before`, or the number of the first entry that is missing, changed or out of place. */
export const follow = (before: Link, rows: readonly AuditRow[]): { last: Link } | { brokenAt: bigint } => {
  let last = before;
  for (const row of rows) {
    const seq = last.seq + 1n;
    if (BigInt(row.seq) !== seq || !hashOf(last.hash, row).equals(row.hash)) return { brokenAt: seq };
    last = { seq, hash: row.hash };
  }
  return { last };
};
