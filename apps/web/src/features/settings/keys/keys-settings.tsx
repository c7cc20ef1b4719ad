'use client';

import type { ApiKey } from '@chatbox/contracts';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { RevokeKey } from '@/components/revoke-key';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section, SettingsPage } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';
import { sayEnd, sayLastUse, stateOfKey } from '@/lib/say-key';
import { CreateKeyDialog } from './create-key-dialog';

const TONES = { works: 'success', revoked: 'neutral', expired: 'neutral' } as const;

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const state = stateOfKey(apiKey);
  const limits = apiKey.addresses.length > 0 ? `from ${apiKey.addresses.join(', ')}` : null;
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="truncate">{apiKey.name}</span>
          <code className="font-mono text-xs font-normal text-muted-foreground">{apiKey.prefix}…</code>
          <Badge tone={TONES[state]}>{state}</Badge>
          {apiKey.origin === 'environment' ? <Badge>from the environment</Badge> : null}
        </p>
        <p className="text-xs text-muted-foreground">
          {[apiKey.scopes.join(', '), limits].filter(Boolean).join(' · ')}
        </p>
        <p className="text-xs text-muted-foreground">
          {sayLastUse(apiKey)} · {sayEnd(apiKey)}
        </p>
      </div>
      {state === 'works' && apiKey.origin === 'person' ? (
        <Button
          variant="secondary"
          size="sm"
          className="touch-target"
          aria-label={`Revoke ${apiKey.name}`}
          onClick={onRevoke}
        >
          Revoke
        </Button>
      ) : null}
    </li>
  );
}

export function KeysSettings() {
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.keys,
    queryFn: ({ signal }) => apiCall('keys.list', { signal }),
  });
  return (
    <SettingsPage title="Keys">
      <Section
        title="Your keys"
        lead="With a key, a program does what you may do here, and nothing beyond."
        action={
          <Button size="sm" className="touch-target" onClick={() => setCreating(true)}>
            <Plus />
            New key
          </Button>
        }
      >
        {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
        {!error && !data ? <WaitingRows what="keys" rows={1} /> : null}
        {data?.items.length === 0 ? (
          <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
            No keys yet. Make one for a script, say “Weekly report”, that may send messages.
          </p>
        ) : null}
        {data && data.items.length > 0 ? (
          <Rows label="Keys">
            {data.items.map((key) => (
              <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
            ))}
          </Rows>
        ) : null}
      </Section>
      {isCreating ? <CreateKeyDialog onClose={() => setCreating(false)} /> : null}
      {revoking ? <RevokeKey apiKey={revoking} route="keys.revoke" onClose={() => setRevoking(null)} /> : null}
    </SettingsPage>
  );
}
