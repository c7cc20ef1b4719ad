'use client';

import type { AuditFilter, AuditRecord } from '@chatbox/contracts';
import { ChevronRight, X } from 'lucide-react';
import { useState } from 'react';
import { type Column, DataTable, rowKey } from '@/components/table/data-table';
import { FilterSelect } from '@/components/table/filters';
import { Paged } from '@/components/table/paged';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { endOfDay, startOfDay } from '@/lib/days';
import { sayMoment } from '@/lib/say';
import { oneOf, usePlace } from '@/lib/use-place';
import { Detail } from './detail';
import { Export } from './export';
import { useAudit } from './queries';
import { KINDS, sayAction, sayActor, sayTarget } from './say-record';
import { Verification } from './verification';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const KIND_VALUES = KINDS.map(({ value }) => value);

/** What may be cut off is whole in its title. */
const titled = (say: (record: AuditRecord) => string) => (record: AuditRecord) => (
  <span title={say(record)}>{say(record)}</span>
);

function columnsFor(openSeq: number | null, open: (seq: number | null) => void): readonly Column<AuditRecord>[] {
  return [
    {
      key: 'what',
      label: 'What',
      className: 'md:w-[27%]',
      cell: (record) => {
        const isOpen = record.seq === openSeq;
        return (
          <div className="min-w-0">
            <button
              {...rowKey}
              type="button"
              aria-expanded={isOpen}
              className="flex min-h-7 max-w-full items-center gap-1.5 rounded-sm text-left font-medium pointer-coarse:min-h-11"
              onClick={() => open(isOpen ? null : record.seq)}
            >
              <ChevronRight
                aria-hidden
                className={cn('size-4 shrink-0 text-muted-foreground transition-transform', isOpen && 'rotate-90')}
              />
              <span className="truncate" title={sayAction(record.action)}>
                {sayAction(record.action)}
              </span>
            </button>
            <span className="block truncate pl-5.5 text-xs text-muted-foreground md:hidden">
              {sayActor(record)} → {sayTarget(record)}
            </span>
            <span className="block truncate pl-5.5 text-xs text-muted-foreground md:hidden">
              {sayMoment(record.at)} · {record.address ?? 'no address'}
            </span>
          </div>
        );
      },
    },
    { key: 'who', label: 'Who', wide: true, className: 'truncate', cell: titled(sayActor) },
    { key: 'target', label: 'Target', wide: true, className: 'truncate', cell: titled(sayTarget) },
    { key: 'when', label: 'When', wide: true, className: 'w-42 whitespace-nowrap', cell: ({ at }) => sayMoment(at) },
    {
      key: 'where',
      label: 'From where',
      wide: true,
      className: 'w-28 truncate',
      cell: ({ address }) => address ?? '—',
    },
  ];
}

export function AuditPage() {
  const [read, write] = usePlace();
  const [openSeq, setOpenSeq] = useState<number | null>(null);
  const actor = UUID.test(read('actor')) ? read('actor') : undefined;
  const kind = oneOf(KIND_VALUES, read('about'));
  const filter: AuditFilter = {
    actor,
    action: kind,
    from: startOfDay(read('from'))?.toISOString(),
    to: endOfDay(read('until'))?.toISOString(),
  };
  const audit = useAudit(filter);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center justify-between gap-4">
        <h1 className="text-xl font-semibold tracking-tight">Audit</h1>
        <Export filter={filter} />
      </div>
      <Verification />
      <search className="flex flex-wrap items-center gap-2">
        <FilterSelect
          label="About"
          all="About everything"
          value={kind}
          options={KINDS}
          onChange={(about) => write({ about })}
        />
        {(['from', 'until'] as const).map((name) => (
          <label
            key={name}
            htmlFor={`audit-${name}`}
            className="flex w-full items-center gap-2 text-muted-foreground sm:w-auto"
          >
            {name === 'from' ? 'From' : 'Until'}
            <Input
              id={`audit-${name}`}
              type="date"
              className="ml-auto w-44 sm:w-40"
              value={read(name)}
              onChange={(event) => write({ [name]: event.target.value })}
            />
          </label>
        ))}
        {actor ? (
          <Button variant="secondary" size="sm" className="touch-target" onClick={() => write({ actor: '' })}>
            By one person
            <X aria-label="Take the filter away" />
          </Button>
        ) : null}
      </search>
      <Paged
        pages={audit}
        what="the audit log"
        empty={isFiltered ? 'Nothing of that kind happened then.' : 'Nothing has been changed yet.'}
      >
        {(rows) => (
          <DataTable
            label="Audit log"
            columns={columnsFor(openSeq, setOpenSeq)}
            rows={rows}
            idOf={({ seq }) => String(seq)}
            detail={(record) =>
              record.seq === openSeq ? <Detail record={record} onActor={(id) => write({ actor: id })} /> : null
            }
          />
        )}
      </Paged>
    </div>
  );
}
