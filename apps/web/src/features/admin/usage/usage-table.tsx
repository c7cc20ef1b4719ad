import type { UsageReport, UsageRow } from '@chatbox/contracts';
import Link from 'next/link';
import { type Column, DataTable, rowKey } from '@/components/table/data-table';
import { sayCost } from '@/lib/say';

const number = new Intl.NumberFormat();
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });

const HEADS = { day: 'Day', person: 'Person', model: 'Model' } as const;
const RIGHT = 'text-right tabular-nums whitespace-nowrap';

const tokensOf = ({ inputTokens, outputTokens }: Pick<UsageRow, 'inputTokens' | 'outputTokens'>): number =>
  inputTokens + outputTokens;

/** Small beside what is known, so that nobody takes the one for the other. */
function Cost({ row }: { row: UsageRow }) {
  return (
    <>
      {row.calls === row.unpricedCalls ? '–' : sayCost(row.costMicros)}
      {row.unpricedCalls > 0 ? (
        <span className="block text-xs text-muted-foreground">{number.format(row.unpricedCalls)} unpriced</span>
      ) : null}
    </>
  );
}

function Name({ by, row }: { by: UsageReport['by']; row: UsageRow }) {
  if (by === 'day') return row.key === null ? '–' : day.format(new Date(row.key));
  if (by === 'model') return <span title={row.key ?? ''}>{row.key}</span>;
  if (row.key === null) return <span className="text-muted-foreground">People who are gone</span>;
  return (
    <Link
      {...rowKey}
      href={`/admin/people/${row.key}`}
      title={row.email ?? ''}
      className="rounded-sm font-medium hover:underline"
    >
      {row.name ?? 'Somebody'}
    </Link>
  );
}

function columnsFor({ by, items }: UsageReport): readonly Column<UsageRow>[] {
  const most = Math.max(1, ...items.map(tokensOf));
  return [
    {
      key: 'name',
      label: HEADS[by],
      className: 'md:w-[30%]',
      cell: (row) => (
        <div className="min-w-0">
          <span className="block truncate">
            <Name by={by} row={row} />
          </span>
          <span className="block text-xs text-muted-foreground tabular-nums md:hidden">
            {number.format(row.messages)} messages, {number.format(tokensOf(row))} tokens
          </span>
          <span aria-hidden className="mt-1.5 block h-1 rounded-full bg-selected">
            <span
              className="block h-full rounded-full bg-(--chart-1)"
              style={{ width: `${(tokensOf(row) / most) * 100}%` }}
            />
          </span>
        </div>
      ),
    },
    { key: 'messages', label: 'Messages', wide: true, className: RIGHT, cell: (row) => number.format(row.messages) },
    { key: 'calls', label: 'Calls', wide: true, className: RIGHT, cell: (row) => number.format(row.calls) },
    { key: 'in', label: 'Tokens in', wide: true, className: RIGHT, cell: (row) => number.format(row.inputTokens) },
    { key: 'out', label: 'Tokens out', wide: true, className: RIGHT, cell: (row) => number.format(row.outputTokens) },
    { key: 'cost', label: 'Cost', className: `${RIGHT} w-28`, cell: (row) => <Cost row={row} /> },
  ];
}

export function UsageTable({ report }: { report: UsageReport }) {
  return (
    <DataTable
      label={`Usage by ${report.by}`}
      columns={columnsFor(report)}
      rows={report.items}
      idOf={({ key }) => key ?? 'gone'}
    />
  );
}
