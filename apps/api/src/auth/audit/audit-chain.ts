import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type AuditEntry, AuditLog, type Transaction } from '../../common/audit-log.ts';
import { type AuditRow, hashOf, START } from './chain.ts';

/** Any number: entries are added one after the other, each on top of the one before. */
const AUDIT_LOCK = 4_242_004;

const DETAIL_MAX = 2000;

/** Writes the table `audit`. */
@Injectable()
export class AuditChain extends AuditLog {
  constructor(private readonly source: DataSource) {
    super();
  }

  async record(transaction: Transaction | null, entry: AuditEntry): Promise<void> {
    if (transaction) return this.append(transaction, entry);
    return this.source.transaction((manager) => this.append(manager, entry));
  }

  private async append(transaction: Transaction, { actor, action, target, from, details }: AuditEntry): Promise<void> {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [AUDIT_LOCK]);
    const [last] = (await transaction.query(
      `SELECT (SELECT seq FROM audit ORDER BY seq DESC LIMIT 1) AS seq, (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1) AS hash,
         clock_timestamp()::timestamptz(3) AS at`,
    )) as [{ seq: string | null; hash: Buffer | null; at: Date }];
    const row: Omit<AuditRow, 'hash'> = {
      seq: String(BigInt(last.seq ?? START.seq) + 1n),
      at: last.at,
      actorId: actor?.userId ?? null,
      actorEmail: actor?.email ?? null,
      actorKey: actor?.key?.id ?? null,
      action,
      targetKind: target?.kind ?? null,
      targetId: target?.id ?? null,
      targetName: target?.name ?? null,
      address: from?.address ?? null,
      requestId: from?.requestId ?? null,
      details: JSON.stringify(details ?? {}, shortened),
    };
    await transaction.query(
      `INSERT INTO audit (seq, at, actor_id, actor_email, actor_key, action, target_kind, target_id, target_name, address,
         request_id, details, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [...Object.values(row), hashOf(last.hash ?? START.hash, row)],
    );
  }
}

const shortened = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.slice(0, DETAIL_MAX) : value;
