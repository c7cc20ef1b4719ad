'use client';

import type { OwnedKey } from '@chatbox/contracts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { RevokeKey } from '@/components/revoke-key';
import { type Column, DataTable, rowKey } from '@/components/table/data-table';
import { SearchField } from '@/components/table/filters';
import { Paged } from '@/components/table/paged';
import { Button } from '@/components/ui/button';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { queryKeys } from '@/lib/query-keys';
import { roleMay } from '@/lib/rights';
import { sayEnd, sayLastUse, stateOfKey } from '@/lib/say-key';
import { usePlace } from '@/lib/use-place';

const useAllKeys = (search: string) =>
  useInfiniteQuery({
    queryKey: [...queryKeys.allKeys, search],
    queryFn: ({ pageParam, signal }) =>
      apiCall('all_keys.list', { query: { search: search || undefined, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });

function columnsFor(onRevoke: ((key: OwnedKey) => void) | undefined): readonly Column<OwnedKey>[] {
  return [
    {
      key: 'name',
      label: 'Key',
      className: 'md:w-[22%]',
      cell: (key) => (
        <div className="min-w-0">
          <p className="truncate font-medium">{key.name}</p>
          <code className="block truncate font-mono text-xs text-muted-foreground">{key.prefix}…</code>
          <p className="text-xs text-muted-foreground md:hidden">
            <span className="block truncate">{key.owner.email}</span>
            {sayLastUse(key)} · {sayEnd(key)}
          </p>
        </div>
      ),
    },
    {
      key: 'owner',
      label: 'Owner',
      wide: true,
      className: 'truncate md:w-[24%]',
      cell: ({ owner }) => (
        <Link {...rowKey} title={owner.email} className="rounded-sm hover:underline" href={`/admin/people/${owner.id}`}>
          {owner.email}
        </Link>
      ),
    },
    {
      key: 'scopes',
      label: 'May',
      wide: true,
      cell: ({ scopes }) => <span className="text-xs">{scopes.join(', ')}</span>,
    },
    { key: 'use', label: 'Last use', wide: true, cell: sayLastUse },
    { key: 'end', label: 'Works', wide: true, cell: sayEnd },
    {
      key: 'actions',
      label: 'Actions',
      className: 'w-28 text-right',
      cell: (key) =>
        onRevoke && stateOfKey(key) === 'works' && key.origin === 'person' ? (
          <Button
            variant="secondary"
            size="sm"
            className="touch-target"
            aria-label={`Revoke ${key.name} of ${key.owner.email}`}
            onClick={() => onRevoke(key)}
          >
            Revoke
          </Button>
        ) : null,
    },
  ];
}

export function AllKeys() {
  const { data: me } = useMe();
  const [read, write] = usePlace();
  const [revoking, setRevoking] = useState<OwnedKey | null>(null);
  const search = read('search');
  const keys = useAllKeys(search);
  const columns = columnsFor(roleMay(me?.role, 'all_keys.revoke') ? setRevoking : undefined);
  return (
    <div className="flex flex-col gap-6">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Keys</h1>
        <p className="mt-0.5 text-muted-foreground">
          Keys of all people. Your own are in{' '}
          <Link className="text-accent underline underline-offset-4" href="/settings/keys">
            your settings
          </Link>
          .
        </p>
      </div>
      <search className="flex flex-wrap gap-2">
        <SearchField label="Search keys" value={search} onChange={(next) => write({ search: next })} />
      </search>
      <Paged
        pages={keys}
        what="keys"
        empty={search ? 'No key has that in its name, beginning or owner.' : 'Nobody has made a key yet.'}
      >
        {(rows) => <DataTable label="Keys" columns={columns} rows={rows} idOf={({ id }) => id} />}
      </Paged>
      {revoking ? <RevokeKey apiKey={revoking} route="all_keys.revoke" onClose={() => setRevoking(null)} /> : null}
    </div>
  );
}
