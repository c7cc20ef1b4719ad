'use client';

import type { RegistrationMode, Role, UpdateSettings } from '@chatbox/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FailedRows } from '@/components/rows';
import { Rows, Section, SettingsPage } from '@/components/section';
import { Choice } from '@/components/ui/choice';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { Switch } from '@/components/ui/switch';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { ROLE_SAYS, ROLES, roleMay } from '@/lib/rights';

const MODES = [
  { value: 'open', label: 'Open', hint: 'Everybody who reaches this page can create an account' },
  { value: 'approval', label: 'With approval', hint: 'Everybody can register, and waits until somebody lets them in' },
  { value: 'invitation', label: 'By invitation', hint: 'Only with a link that you made' },
  { value: 'closed', label: 'Closed', hint: 'Nobody new' },
] as const satisfies { value: RegistrationMode; label: string; hint: string }[];

function useSettings() {
  const client = useQueryClient();
  const read = useQuery({
    queryKey: queryKeys.settings,
    queryFn: ({ signal }) => apiCall('settings.read', { signal }),
  });
  const save = useMutation({
    mutationFn: (body: UpdateSettings) => apiCall('settings.update', { body }),
    onSuccess: (settings) => {
      client.setQueryData(queryKeys.settings, settings);
      void client.invalidateQueries({ queryKey: queryKeys.setup });
    },
  });
  return { read, save };
}

/** Who may come in, and what they need to show. An administrator sees it; an owner changes it. */
export function RegistrationSettings() {
  const { data: me } = useMe();
  const { read, save } = useSettings();
  const { data, error, refetch } = read;
  const isFixed = !roleMay(me?.role, 'settings.write');
  const shown = data && (save.isPending ? { ...data, ...save.variables } : data);
  const needed = shown?.factorRequiredFor ?? [];
  const toggle = (role: Role, isOn: boolean): void =>
    save.mutate({ factorRequiredFor: isOn ? [...needed, role] : needed.filter((other) => other !== role) });

  return (
    <SettingsPage title="Settings">
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton className="h-64 rounded-lg" /> : null}
      {isFixed && data ? <Notice>Only an owner changes these.</Notice> : null}
      {save.error ? <Notice tone="danger">{sayProblem(save.error)}</Notice> : null}
      {shown ? (
        <>
          <Section title="Registration" lead="Who may create an account.">
            <Choice
              label="Registration"
              value={shown.registration}
              options={MODES}
              disabled={isFixed}
              onChange={(registration) => save.mutate({ registration })}
            />
          </Section>
          <Section
            title="Second factor"
            lead="Who has one of these roles sets up an authenticator app or a passkey before anything else."
          >
            <Rows label="Second factor by role">
              {ROLES.map((role) => (
                <li key={role} className="flex min-h-12 items-center justify-between gap-3 px-4">
                  <span>{ROLE_SAYS[role]}</span>
                  <Switch
                    aria-label={`${ROLE_SAYS[role]} needs a second factor`}
                    checked={needed.includes(role)}
                    disabled={isFixed || save.isPending}
                    onCheckedChange={(isOn) => toggle(role, isOn)}
                  />
                </li>
              ))}
            </Rows>
          </Section>
        </>
      ) : null}
    </SettingsPage>
  );
}
