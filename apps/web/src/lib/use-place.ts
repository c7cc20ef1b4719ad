'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/** Search, sort and filter live in the address: a reload, a bookmark and the back button keep them. */
export function usePlace(): [read: (name: string) => string, write: (changes: Record<string, string>) => void] {
  const pathname = usePathname();
  const params = useSearchParams();
  const read = useCallback((name: string) => params.get(name) ?? '', [params]);
  const write = useCallback(
    (changes: Record<string, string>) => {
      // What the address says now, not at the last render: two fields may change within one.
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      // The pages are the same for every query, so there is nothing to ask the server for.
      window.history.replaceState(null, '', next.size > 0 ? `${pathname}?${next}` : pathname);
    },
    [pathname],
  );
  return [read, write];
}

/** The value where it is one of those; undefined for what somebody typed into the address. */
export const oneOf = <T extends string>(values: readonly T[], value: string): T | undefined =>
  values.find((known) => known === value);
