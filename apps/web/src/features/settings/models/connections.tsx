'use client';

import type { Connection } from '@chatbox/contracts';
import { Plus } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { AddConnection } from './add-connection';
import { ConnectionRow } from './connection-row';
import { EditConnection } from './edit-connection';
import { useConnections } from './queries';
import { RemoveConnection } from './remove-connection';

type Open = { what: 'edit' | 'remove'; connection: Connection } | null;

export function Connections() {
  const { data, error, refetch } = useConnections();
  const router = useRouter();
  const pathname = usePathname();
  const adding = useSearchParams().get('add');
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);

  return (
    <Section
      title="Connections"
      lead="Where models come from. Keys are stored encrypted and never shown again."
      action={
        <Button size="sm" onClick={() => router.push(`${pathname}?add=openai`)}>
          <Plus />
          Add connection
        </Button>
      }
    >
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="connections" /> : null}
      {data ? (
        <Rows label="Connections">
          {data.items.map((connection) => (
            <ConnectionRow
              key={connection.id}
              connection={connection}
              onEdit={() => setOpen({ what: 'edit', connection })}
              onRemove={() => setOpen({ what: 'remove', connection })}
            />
          ))}
        </Rows>
      ) : null}
      {adding === null ? null : <AddConnection preset={adding} onClose={() => router.replace(pathname)} />}
      {open?.what === 'edit' ? <EditConnection connection={open.connection} onClose={close} /> : null}
      {open?.what === 'remove' ? <RemoveConnection connection={open.connection} onClose={close} /> : null}
    </Section>
  );
}
