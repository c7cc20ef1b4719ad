import { randomUUID } from 'node:crypto';
import {
  ALERT_KINDS,
  type Alert,
  type AlertKind,
  type AlertSeverity,
  type AlertsQuery,
  type Page,
} from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog, type From } from '../common/audit-log.ts';
import type { Identity } from '../common/identity.ts';
import { readCursor, writeCursor } from '../common/time-cursor.ts';
import { returned } from '../database/returned.ts';
import type { Finding } from './conditions.ts';
import { runbookOf, sayFinding, widgetOf } from './wording.ts';

const KEPT_DAYS = 30;

export type NoticeEvent = 'raised' | 'worsened' | 'resolved';
/** Something that people are to be told. */
export interface Change {
  readonly event: NoticeEvent;
  readonly alert: Alert;
}

interface Row {
  id: string;
  kind: AlertKind;
  subject: string;
  severity: AlertSeverity;
  details: Record<string, number>;
  since: Date;
  sinceText: string;
  lastSeen: Date;
  resolvedAt: Date | null;
  acknowledgedAt: Date | null;
  acknowledgedById: string | null;
  acknowledgedByEmail: string | null;
}

const COLUMNS = `n.id, n.kind, n.subject, n.severity, n.details, n.since, n.since::text AS "sinceText", n.last_seen AS "lastSeen", n.resolved_at AS "resolvedAt",
  n.acknowledged_at AS "acknowledgedAt", n.acknowledged_by AS "acknowledgedById",
  (SELECT email FROM account WHERE id = n.acknowledged_by) AS "acknowledgedByEmail"`;

/** Owns the table `notice`: what is wrong, once each, and what was. */
@Injectable()
export class NoticeStore {
  constructor(
    private readonly source: DataSource,
    private readonly log: AuditLog,
  ) {}

  /**
   * Remembers that something is wrong. Whatever number of replicas says so, for however long: null unless it is new, or worse than
   * people were told; what became worse has to be acknowledged anew.
   */
  async see(manager: EntityManager, { kind, subject, severity, details }: Finding): Promise<Change | null> {
    const [row]: (Row & { told: AlertSeverity | null })[] = await manager.query(
      `INSERT INTO notice AS n (id, kind, subject, severity, details) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (kind, subject) WHERE resolved_at IS NULL DO UPDATE
         SET last_seen = clock_timestamp(), severity = excluded.severity, details = excluded.details
       RETURNING ${COLUMNS}, n.told_severity AS told`,
      [randomUUID(), kind, subject, severity, JSON.stringify(details)],
    );
    if (!row) throw new Error('a notice was not written');
    const isWorse = row.told === 'warning' && row.severity === 'critical';
    if (row.told !== null && !isWorse) return null;
    await manager.query(
      'UPDATE notice SET told_severity = severity, acknowledged_at = NULL, acknowledged_by = NULL WHERE id = $1',
      [row.id],
    );
    const alert = toAlert({ ...row, acknowledgedAt: null, acknowledgedById: null, acknowledgedByEmail: null });
    return { event: row.told === null ? 'raised' : 'worsened', alert };
  }

  /** What was not seen for so long is over. */
  async resolveUnseen(manager: EntityManager, seconds: number): Promise<Change[]> {
    const rows = await manager.query(
      `UPDATE notice n SET resolved_at = clock_timestamp()
       WHERE resolved_at IS NULL AND last_seen < clock_timestamp() - make_interval(secs => $1) RETURNING ${COLUMNS}`,
      [seconds],
    );
    return returned<Row>(rows).map((row) => ({ event: 'resolved', alert: toAlert(row) }));
  }

  async find(id: string, runner: Pick<EntityManager, 'query'> = this.source): Promise<Alert | null> {
    const [row]: Row[] = await runner.query(`SELECT ${COLUMNS} FROM notice n WHERE n.id = $1`, [id]);
    return row ? toAlert(row) : null;
  }

  /** The newest first. */
  async page({ cursor, limit, state }: AlertsQuery): Promise<Page<Alert>> {
    const after = readCursor(cursor);
    const rows: Row[] = await this.source.query(
      `SELECT ${COLUMNS} FROM notice n WHERE (n.resolved_at IS NULL) = $2 AND n.kind = ANY($5)
         AND ($3::timestamptz IS NULL OR (n.since, n.id) < ($3, $4::uuid))
       ORDER BY n.since DESC, n.id DESC LIMIT $1`,
      [limit + 1, state === 'open', after?.at ?? null, after?.id ?? null, ALERT_KINDS],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return { items: shown.map(toAlert), nextCursor: last ? writeCursor({ at: last.sinceText, id: last.id }) : null };
  }

  /** Throws `alert.not_found`. The first who does it stays named. */
  async acknowledge(id: string, { who, from }: { who: Identity; from: From }): Promise<Alert> {
    await this.source.transaction(async (manager) => {
      const rows = await manager.query(
        `UPDATE notice SET acknowledged_at = clock_timestamp(), acknowledged_by = $2
         WHERE id = $1 AND acknowledged_at IS NULL RETURNING kind`,
        [id, who.userId],
      );
      const [done] = returned<{ kind: AlertKind }>(rows);
      if (!done) return;
      const target = { kind: 'alert', id, name: done.kind };
      await this.log.record(manager, { actor: who, action: 'alert.acknowledged', target, from });
    });
    const alert = await this.find(id);
    if (!alert) throw new AppError('alert.not_found');
    return alert;
  }

  async forgetOld(): Promise<void> {
    await this.source.query('DELETE FROM notice WHERE resolved_at < clock_timestamp() - make_interval(days => $1)', [
      KEPT_DAYS,
    ]);
  }
}

const toAlert = ({ acknowledgedById: by, acknowledgedByEmail: email, details, ...row }: Row): Alert => ({
  id: row.id,
  kind: row.kind,
  severity: row.severity,
  summary: sayFinding(row.kind, { subject: row.subject, details }),
  subject: row.subject,
  runbook: runbookOf(row.kind),
  widget: widgetOf(row.kind),
  since: row.since.toISOString(),
  lastSeen: row.lastSeen.toISOString(),
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
  acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
  acknowledgedBy: by !== null && email !== null ? { id: by, email } : null,
});
