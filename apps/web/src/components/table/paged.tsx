'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { sayProblem } from '@/lib/problem';

interface Pages<Row> {
  data: { pages: { items: Row[] }[] } | undefined;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

/** Around a table that is read page by page: waiting, failing, empty, and more. */
export function Paged<Row>({
  pages,
  what,
  empty,
  children,
}: {
  pages: Pages<Row>;
  what: string;
  empty: ReactNode;
  children: (rows: Row[]) => ReactNode;
}) {
  const { data, error, hasNextPage, isFetchingNextPage } = pages;
  const rows = data?.pages.flatMap(({ items }) => items);
  const failed = error ? (
    <Notice
      tone="danger"
      action={
        <Button variant="secondary" size="sm" onClick={() => void (rows ? pages.fetchNextPage() : pages.refetch())}>
          Try again
        </Button>
      }
    >
      {sayProblem(error)}
    </Notice>
  ) : null;
  if (!rows) {
    return (
      failed ?? (
        <div role="status" className="flex flex-col gap-2">
          <span className="sr-only">Loading {what}</span>
          {[0, 1, 2, 3, 4].map((row) => (
            <Skeleton key={row} className="h-11" />
          ))}
        </div>
      )
    );
  }
  return (
    <div className="flex flex-col gap-3">
      {rows.length > 0 ? (
        children(rows)
      ) : (
        <p className="rounded-lg border border-dashed px-4 py-8 text-center text-muted-foreground">{empty}</p>
      )}
      {failed}
      {hasNextPage && !error ? (
        <Button
          variant="secondary"
          className="self-center"
          disabled={isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {isFetchingNextPage ? 'Loading' : 'Show more'}
        </Button>
      ) : null}
    </div>
  );
}
