'use client';

import type { UsageGroup, UsageReport } from '@chatbox/contracts';
import { Download } from 'lucide-react';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Segments } from '@/components/ui/segments';
import { cn } from '@/lib/cn';
import { endOfUtcDay, startOfUtcDay } from '@/lib/days';
import { sayCost } from '@/lib/say';
import { useDownload } from '@/lib/use-download';
import { oneOf, usePlace } from '@/lib/use-place';
import { useUsage } from './queries';
import { UsageTable } from './usage-table';

const GROUPS: readonly { value: UsageGroup; label: string }[] = [
  { value: 'day', label: 'By day' },
  { value: 'person', label: 'By person' },
  { value: 'model', label: 'By model' },
];

const number = new Intl.NumberFormat();
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
/** The end is not included. */
const lastMomentOf = ({ to }: UsageReport): Date => new Date(Date.parse(to) - 1);

export function UsagePage() {
  const [read, write] = usePlace();
  const by = oneOf(['day', 'person', 'model'], read('by')) ?? 'day';
  const query = {
    by,
    from: startOfUtcDay(read('from'))?.toISOString(),
    to: endOfUtcDay(read('until'))?.toISOString(),
  };
  const { data, error, refetch, isPlaceholderData } = useUsage(query);
  const download = useDownload('usage.export');
  return (
    <div className="flex flex-col gap-6">
      <div className="flex items-center justify-between gap-4">
        <h1 className="text-xl font-semibold tracking-tight">Usage</h1>
        <Button
          variant="secondary"
          size="sm"
          className="touch-target"
          disabled={download.isPending}
          onClick={() => download.begin(query)}
        >
          <Download />
          Export as CSV
        </Button>
      </div>
      <search className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <Segments
          label="Sums"
          value={by}
          options={GROUPS}
          onChange={(next) => write({ by: next })}
          className="w-full sm:w-auto"
        />
        {(['from', 'until'] as const).map((name) => (
          <label
            key={name}
            htmlFor={`usage-${name}`}
            className="flex w-full items-center gap-2 text-muted-foreground sm:w-auto"
          >
            {name === 'from' ? 'From' : 'Until'}
            <Input
              id={`usage-${name}`}
              type="date"
              className="ml-auto w-44 sm:w-40"
              value={read(name)}
              onChange={(event) => write({ [name]: event.target.value })}
            />
          </label>
        ))}
      </search>
      {error ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <div className={cn('flex flex-col gap-6 transition-opacity', isPlaceholderData && 'opacity-60')}>
          <Sums report={data} />
          {data.items.length === 0 ? (
            <p className="rounded-lg border border-dashed px-4 py-8 text-center text-muted-foreground">
              No model was asked in this time. Ask one a question, and it is here.
            </p>
          ) : (
            <UsageTable report={data} />
          )}
          <p className="text-xs text-muted-foreground">
            From {day.format(new Date(data.from))} to {day.format(lastMomentOf(data))}, from the ledger: one entry for
            each call of a provider. Days are those of UTC.
            {data.left > 0 ? ` ${data.left} more rows are in the export.` : ''}
          </p>
        </div>
      ) : error ? null : (
        <WaitingRows what="usage" rows={5} />
      )}
    </div>
  );
}

function Sums({ report: { total } }: { report: UsageReport }) {
  const sums = [
    {
      name: 'Messages',
      value: number.format(total.messages),
      note: `${number.format(total.calls)} calls of providers`,
    },
    {
      name: 'Tokens in',
      value: number.format(total.inputTokens),
      note: `${number.format(total.cachedInputTokens)} of them cached`,
    },
    { name: 'Tokens out', value: number.format(total.outputTokens), note: 'reasoning included' },
    {
      name: 'Cost',
      value: sayCost(total.costMicros),
      note:
        total.unpricedCalls > 0
          ? `and ${number.format(total.unpricedCalls)} calls without a known price`
          : 'the price of every call is known',
    },
  ];
  return (
    <dl className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      {sums.map(({ name, value, note }) => (
        <div key={name} className="flex flex-col rounded-lg border bg-raised p-4">
          <dt className="text-muted-foreground">{name}</dt>
          <dd className="text-2xl leading-8 font-semibold tracking-tight tabular-nums">{value}</dd>
          <dd className="text-xs text-muted-foreground">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
