import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { WidgetId } from './dashboard.ts';

/** Something that is wrong with the installation. Each kind has a runbook of its name in docs/runbooks. */
export const ALERT_KINDS = [
  'error_rate',
  'pool_waiting',
  'provider_failing',
  'disk_filling',
  'streams_lost',
  'replica_gone',
  'journal_slow',
  'standby_away',
  'hints_away',
  'database_away',
] as const;
export const AlertKind = z.enum(ALERT_KINDS);
export type AlertKind = z.infer<typeof AlertKind>;

export const AlertSeverity = z.enum(['warning', 'critical']);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

export const AlertsQuery = z.strictObject({
  ...PageQuery.shape,
  state: z.enum(['open', 'resolved']).default('open').describe('What is wrong now, or what was'),
});
export type AlertsQuery = z.infer<typeof AlertsQuery>;

/** Raised once, and resolved by itself when what it says has not been seen for a while. */
export const Alert = z.object({
  id: Id,
  kind: AlertKind,
  severity: AlertSeverity,
  summary: z.string().describe('What is wrong, in one sentence'),
  subject: z.string().describe('Which replica or connection, where it is about one; else empty'),
  runbook: z.string().describe('Name of the page in docs/runbooks that says what to do'),
  widget: WidgetId.nullable().describe('The figure of the dashboard that shows it; null: none does'),
  since: Timestamp,
  lastSeen: Timestamp,
  resolvedAt: Timestamp.nullable(),
  acknowledgedAt: Timestamp.nullable(),
  acknowledgedBy: z.object({ id: Id, email: z.string() }).nullable().describe('null also when they were deleted'),
});
export type Alert = z.infer<typeof Alert>;
export const Alerts = page(Alert);
