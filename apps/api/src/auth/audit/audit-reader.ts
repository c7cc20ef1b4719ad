import type { AuditFilter, AuditQuery, AuditRecord, AuditVerification, Page } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { csvLine } from '../../common/csv.ts';
import { type AuditRow, follow, START } from './chain.ts';

const COLUMNS = `seq, at, actor_id AS "actorId", actor_email AS "actorEmail", actor_key AS "actorKey", action,
  target_kind AS "targetKind", target_id AS "targetId", target_name AS "targetName", address, request_id AS "requestId",
  details::text AS details, hash`;
const BATCH = 1000;

/** Reads the table `audit`. */
@Injectable()
export class AuditReader {
  constructor(private readonly source: DataSource) {}

  /** The newest first. */
  async page({ cursor, limit, ...filter }: AuditQuery): Promise<Page<AuditRecord>> {
    const rows = await this.before(cursor, limit + 1, filter);
    const shown = rows.slice(0, limit);
    return { items: shown.map(toRecord), nextCursor: rows.length > limit ? (shown.at(-1)?.seq ?? null) : null };
  }

  /** Lines of a CSV file, the newest entry first, read as they are wanted. */
  async *csv(filter: AuditFilter): AsyncGenerator<string> {
    yield csvLine([
      'seq',
      'at',
      'actor',
      'actor_key',
      'action',
      'target',
      'target_name',
      'address',
      'request_id',
      'details',
    ]);
    for (let cursor: string | undefined; ; ) {
      const rows = await this.before(cursor, BATCH, filter);
      for (const row of rows)
        yield csvLine([
          row.seq,
          row.at.toISOString(),
          row.actorEmail,
          row.actorKey,
          row.action,
          row.targetKind && `${row.targetKind}:${row.targetId}`,
          row.targetName,
          row.address,
          row.requestId,
          row.details,
        ]);
      cursor = rows.at(-1)?.seq;
      if (rows.length < BATCH) return;
    }
  }

  async verify(): Promise<AuditVerification> {
    for (let last = START; ; ) {
      const rows: AuditRow[] = await this.source.query(
        `SELECT ${COLUMNS} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2`,
        [String(last.seq), BATCH],
      );
      const outcome = follow(last, rows);
      const head = 'last' in outcome ? outcome.last : last;
      if ('brokenAt' in outcome || rows.length < BATCH) {
        const brokenAt = 'brokenAt' in outcome ? Number(outcome.brokenAt) : null;
        return {
          intact: brokenAt === null,
          entries: brokenAt === null ? Number(head.seq) : brokenAt - 1,
          brokenAt,
          head: { seq: Number(head.seq), hash: head.hash.toString('hex') },
        };
      }
      last = head;
    }
  }

  private before(
    cursor: string | undefined,
    limit: number,
    { actor, action, from, to }: AuditFilter,
  ): Promise<AuditRow[]> {
    if (cursor !== undefined && !/^\d{1,18}$/.test(cursor))
      throw new AppError('request.invalid', { issues: [{ path: 'cursor', message: 'is not a cursor of this list' }] });
    return this.source.query(
      `SELECT ${COLUMNS} FROM audit
       WHERE ($1::bigint IS NULL OR seq < $1) AND ($3::uuid IS NULL OR actor_id = $3)
         AND ($4::text IS NULL OR action = $4 OR starts_with(action, $4 || '.'))
         AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
       ORDER BY seq DESC LIMIT $2`,
      [cursor ?? null, limit, actor ?? null, action ?? null, from ?? null, to ?? null],
    );
  }
}

const toRecord = (row: AuditRow): AuditRecord => ({
  seq: Number(row.seq),
  at: row.at.toISOString(),
  actor: row.actorId === null ? null : { id: row.actorId, email: row.actorEmail ?? '', keyId: row.actorKey },
  action: row.action,
  target: row.targetKind === null ? null : { kind: row.targetKind, id: row.targetId ?? '', name: row.targetName },
  address: row.address,
  requestId: row.requestId,
  details: JSON.parse(row.details) as Record<string, unknown>,
  hash: row.hash.toString('hex'),
});
