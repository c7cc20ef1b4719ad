'use client';

import type { ApiKey } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';
import { sayLastUse } from '@/lib/say-key';
import { ConfirmDialog } from './confirm-dialog';

/** Asked first, because no key comes back. */
export function RevokeKey({
  apiKey,
  route,
  onClose,
}: {
  apiKey: ApiKey;
  route: 'keys.revoke' | 'all_keys.revoke';
  onClose: () => void;
}) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => apiCall(route, { params: { id: apiKey.id } }),
    onSuccess: async () => {
      const lists = [queryKeys.keys, queryKeys.allKeys, queryKeys.audit];
      await Promise.all(lists.map((queryKey) => client.invalidateQueries({ queryKey })));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Revoke the key ${apiKey.name}?`}
      effect={`Programs that use ${apiKey.prefix}… are refused at once, and a revoked key never works again. It was ${sayLastUse(apiKey)}.`}
      action={`Revoke ${apiKey.name}`}
      keep="Keep it"
      isPending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    />
  );
}
