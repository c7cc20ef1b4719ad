'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { cn } from '@/lib/cn';

export interface Column<Row, Sort extends string = string> {
  key: string;
  label: string;
  cell: (row: Row) => ReactNode;
  sort?: Sort;
  /** Not on phones, where the first column says it in a second line. */
  wide?: boolean;
  className?: string;
}

export interface Sorted<Sort extends string> {
  by: Sort;
  order: 'asc' | 'desc';
}

/** Marks what a row is opened by; arrow keys go from one to the next. */
export const rowKey = { 'data-row': '' } as const;

function onKeyDown(event: KeyboardEvent<HTMLTableSectionElement>): void {
  if (!(event.target instanceof HTMLElement) || !event.target.matches('[data-row]')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const here = rows.indexOf(event.target);
  const target = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  rows[Math.min(Math.max(target, 0), rows.length - 1)]?.focus();
}

const ARIA_ORDER = { asc: 'ascending', desc: 'descending' } as const;

function Head<Row, Sort extends string>({
  column,
  sorted,
  onSort,
}: {
  column: Column<Row, Sort>;
  sorted: Sorted<Sort> | undefined;
  onSort: ((next: Sorted<Sort>) => void) | undefined;
}) {
  const { sort, label, wide, className } = column;
  const order = sort !== undefined && sorted?.by === sort ? sorted.order : undefined;
  const Arrow = order === 'desc' ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={order && ARIA_ORDER[order]}
      className={cn(
        'sticky top-0 z-10 h-9 border-b bg-background px-3 text-left text-xs font-medium text-muted-foreground',
        wide && 'hidden md:table-cell',
        className,
      )}
    >
      {sort && onSort ? (
        <button
          type="button"
          className="-mx-1.5 inline-flex min-h-8 items-center gap-1 rounded-sm px-1.5 hover:bg-hover hover:text-text pointer-coarse:min-h-11"
          onClick={() => onSort({ by: sort, order: order === 'asc' ? 'desc' : 'asc' })}
        >
          {label}
          <Arrow aria-hidden className={cn('size-3.5', order ? 'text-text' : 'opacity-0')} />
        </button>
      ) : (
        label
      )}
    </th>
  );
}

/** Rows with a head that stays; on a phone the first columns only. Waiting, failing and being empty stand around it. */
export function DataTable<Row, Sort extends string = string>({
  label,
  columns,
  rows,
  idOf,
  sorted,
  onSort,
  detail,
}: {
  label: string;
  columns: readonly Column<Row, Sort>[];
  rows: readonly Row[];
  idOf: (row: Row) => string;
  sorted?: Sorted<Sort>;
  onSort?: (next: Sorted<Sort>) => void;
  /** What an opened row shows beneath itself; null for a closed one. */
  detail?: (row: Row) => ReactNode;
}) {
  return (
    <table aria-label={label} className="w-full table-fixed border-separate border-spacing-0">
      <thead>
        <tr>
          {columns.map((column) => (
            <Head key={column.key} column={column} sorted={sorted} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={onKeyDown}>
        {rows.flatMap((row) => {
          const opened = detail?.(row);
          return [
            <tr key={idOf(row)} className="group transition-colors hover:bg-hover">
              {columns.map(({ key, cell, wide, className }) => (
                <td
                  key={key}
                  className={cn('border-b px-3 py-2 align-middle', wide && 'hidden md:table-cell', className)}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>,
            opened ? (
              // On a phone it spans more columns than there are, and a table would make room for them.
              <tr key={`${idOf(row)} detail`} className="max-md:block">
                <td colSpan={columns.length} className="border-b bg-surface px-3 py-3 max-md:block">
                  {opened}
                </td>
              </tr>
            ) : null,
          ];
        })}
      </tbody>
    </table>
  );
}
