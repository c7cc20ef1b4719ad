'use client';

import type { RegistrationMode } from '@chatbox/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Choice } from '@/components/ui/choice';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { Section, SettingsPage } from '../section';
import { FailedRows } from '../states';
import { Invitations } from './invitations';

const MODES = [
  { value: 'open', label: 'Open', hint: 'Everybody who reaches this page can create an account' },
  { value: 'invitation', label: 'By invitation', hint: 'Only with a link that you made' },
  { value: 'closed', label: 'Closed', hint: 'Nobody new' },
] as const satisfies { value: RegistrationMode; label: string; hint: string }[];

function Registration() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.settings,
    queryFn: ({ signal }) => apiCall('settings.read', { signal }),
  });
  const save = useMutation({
    mutationFn: (registration: RegistrationMode) => apiCall('settings.update', { body: { registration } }),
    onSuccess: (settings) => {
      client.setQueryData(queryKeys.settings, settings);
      void client.invalidateQueries({ queryKey: queryKeys.setup });
    },
  });
  const mode = save.isPending ? save.variables : data?.registration;
  return (
    <Section title="Registration" lead="Who may create an account.">
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton className="h-48 rounded-lg" /> : null}
      {data ? (
        <Choice label="Registration" value={mode} options={MODES} onChange={(next) => save.mutate(next)} />
      ) : null}
      {save.error ? (
        <Notice tone="danger" className="mt-2">
          {sayProblem(save.error)}
        </Notice>
      ) : null}
    </Section>
  );
}

export function PeopleSettings() {
  const { data: me } = useMe();
  if (me && me.role !== 'owner') {
    return (
      <SettingsPage title="People">
        <Notice>Only the owner of this server invites people.</Notice>
      </SettingsPage>
    );
  }
  return (
    <SettingsPage title="People">
      <Registration />
      <Invitations />
    </SettingsPage>
  );
}
