'use client';

import type { Invitation } from '@chatbox/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { ROLE_SAYS } from '@/lib/rights';
import { sayDay } from '@/lib/say';

const stateOf = (invitation: Invitation): 'used' | 'expired' | 'open' => {
  if (invitation.usedAt) return 'used';
  return new Date(invitation.expiresAt) < new Date() ? 'expired' : 'open';
};

function InvitationRow({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const state = stateOf(invitation);
  const name = invitation.email ?? 'Anybody with the link';
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="truncate">{name}</span>
          <Badge tone={state === 'used' ? 'success' : 'neutral'}>{state}</Badge>
        </p>
        <p className="text-xs text-muted-foreground">
          {ROLE_SAYS[invitation.role]}
          {invitation.usedAt ? ` · used ${sayDay(invitation.usedAt)}` : ` · until ${sayDay(invitation.expiresAt)}`}
        </p>
      </div>
      {state === 'open' ? (
        <Button variant="secondary" size="sm" onClick={onRevoke} aria-label={`Revoke the invitation for ${name}`}>
          Revoke
        </Button>
      ) : null}
    </li>
  );
}

export function Invitations() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.invitations,
    queryFn: ({ signal }) => apiCall('invitations.list', { signal }),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => apiCall('invitations.revoke', { params: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.invitations }),
  });
  return (
    <Section id="invitations" title="Invitations" lead="A link for one person. It works once.">
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="invitations" rows={1} /> : null}
      {data?.items.length === 0 ? (
        <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
          Nobody is invited. Make a link and send it by mail or chat.
        </p>
      ) : null}
      {data && data.items.length > 0 ? (
        <Rows label="Invitations">
          {data.items.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} onRevoke={() => revoke.mutate(invitation.id)} />
          ))}
        </Rows>
      ) : null}
      {revoke.error ? (
        <Notice tone="danger" className="mt-2">
          {sayProblem(revoke.error)}
        </Notice>
      ) : null}
    </Section>
  );
}
