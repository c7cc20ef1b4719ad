'use client';

import type { Passkey } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Pencil } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';
import { sayAgo, sayDay } from '@/lib/say';
import { FactorRow } from './factor-row';
import { NamePasskey } from './name-passkey';
import { useSecurityChanged } from './queries';
import { RemoveFactor } from './remove-factor';

const sayState = ({ createdAt, lastUsedAt, synced }: Passkey): string =>
  [
    `Since ${sayDay(createdAt)}`,
    lastUsedAt ? `used ${sayAgo(lastUsedAt)}` : 'not used yet',
    synced ? 'kept by a password manager' : 'on one device',
  ].join(' · ');

export function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const client = useQueryClient();
  const [doing, setDoing] = useState<'rename' | 'remove' | null>(null);
  const onSuccess = useSecurityChanged();
  const params = { id: passkey.id };
  const remove = useMutation({ mutationFn: () => apiCall('passkeys.remove', { params }), onSuccess });
  const rename = useMutation({
    mutationFn: (name: string) => apiCall('passkeys.rename', { params, body: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.factors }),
  });
  const close = (): void => setDoing(null);
  return (
    <FactorRow
      icon={KeyRound}
      name={passkey.name}
      badge={passkey.usableHere ? null : <Badge>made at another address</Badge>}
      state={sayState(passkey)}
    >
      <Button variant="quiet" size="icon" aria-label={`Rename ${passkey.name}`} onClick={() => setDoing('rename')}>
        <Pencil />
      </Button>
      <Button variant="secondary" size="sm" aria-label={`Remove ${passkey.name}`} onClick={() => setDoing('remove')}>
        Remove
      </Button>
      {doing === 'rename' ? (
        <NamePasskey
          title={`Rename ${passkey.name}`}
          given={passkey.name}
          act="Rename"
          error={rename.error}
          isPending={rename.isPending}
          onName={(name) => rename.mutate(name, { onSuccess: close })}
          onClose={close}
        />
      ) : null}
      {doing === 'remove' ? (
        <RemoveFactor
          name={passkey.name}
          effect="It no longer signs you in, and your other sessions end. Delete it on your device as well."
          removal={remove}
          onClose={close}
        />
      ) : null}
    </FactorRow>
  );
}
