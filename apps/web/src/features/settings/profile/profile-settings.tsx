'use client';

import type { User } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Section, SettingsPage } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { ROLE_SAYS } from '@/lib/rights';
import { sayDay } from '@/lib/say';

function NameForm({ me }: { me: User }) {
  const client = useQueryClient();
  const [name, setName] = useState(me.name ?? '');
  const save = useMutation({
    mutationFn: (next: string | null) => apiCall('auth.update_me', { body: { name: next } }),
    onSuccess: (user) => client.setQueryData(queryKeys.me, user),
  });
  const isChanged = name.trim() !== (me.name ?? '');

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(name.trim() || null);
  }

  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4 rounded-lg border bg-raised p-4">
      <Field label="Name" hint={save.isSuccess && !isChanged ? 'Saved.' : 'How you are greeted here.'}>
        {(wiring) => (
          <div className="flex gap-2">
            <Input
              {...wiring}
              value={name}
              maxLength={100}
              autoComplete="name"
              onChange={(event) => setName(event.target.value)}
            />
            <Button type="submit" className="h-10" disabled={!isChanged || save.isPending}>
              Save
            </Button>
          </div>
        )}
      </Field>
      {save.error ? <Notice tone="danger">{sayProblem(save.error)}</Notice> : null}
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
        <dt className="text-muted-foreground">E-mail</dt>
        <dd className="truncate">{me.email}</dd>
        <dt className="text-muted-foreground">Role</dt>
        <dd>{ROLE_SAYS[me.role]}</dd>
        <dt className="text-muted-foreground">Here since</dt>
        <dd>{sayDay(me.createdAt)}</dd>
      </dl>
    </form>
  );
}

export function ProfileSettings() {
  const { data: me } = useMe();
  return (
    <SettingsPage title="Profile">
      <Section title="You">{me ? <NameForm me={me} /> : <Skeleton className="h-48 rounded-lg" />}</Section>
    </SettingsPage>
  );
}
