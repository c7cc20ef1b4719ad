'use client';

import type { Alert } from '@chatbox/contracts';
import Link from 'next/link';
import { type Column, DataTable, rowKey } from '@/components/table/data-table';
import { Paged } from '@/components/table/paged';
import { sayLength, sayMoment } from '@/lib/say';
import { useResolvedAlerts } from './queries';
import { Severity } from './severity';

const lengthOf = ({ since, resolvedAt }: Alert): string => sayLength(since, resolvedAt ?? since);

const COLUMNS: readonly Column<Alert>[] = [
  {
    key: 'what',
    label: 'What was wrong',
    cell: (alert) => (
      <div className="min-w-0">
        <Link {...rowKey} className="rounded-sm hover:underline" href={`/admin/runbooks/${alert.runbook}`}>
          {alert.summary}
        </Link>
        <span className="block text-xs text-muted-foreground md:hidden">
          {sayMoment(alert.since)} · {lengthOf(alert)}
        </span>
      </div>
    ),
  },
  { key: 'severity', label: 'How bad', className: 'w-28', cell: ({ severity }) => <Severity of={severity} /> },
  {
    key: 'when',
    label: 'When',
    wide: true,
    className: 'w-42',
    cell: (alert) => (
      <>
        {sayMoment(alert.since)}
        <span className="block text-xs text-muted-foreground">for {lengthOf(alert)}</span>
      </>
    ),
  },
  {
    key: 'by',
    label: 'Acknowledged',
    wide: true,
    className: 'truncate md:w-[20%]',
    cell: ({ acknowledgedBy }) => acknowledgedBy?.email ?? '—',
  },
];

export function ResolvedAlerts() {
  const alerts = useResolvedAlerts();
  return (
    <Paged pages={alerts} what="resolved alerts" empty="Nothing was wrong in the last 30 days.">
      {(rows) => <DataTable label="Resolved alerts" columns={COLUMNS} rows={rows} idOf={({ id }) => id} />}
    </Paged>
  );
}
