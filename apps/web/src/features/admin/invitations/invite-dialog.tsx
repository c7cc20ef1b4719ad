'use client';

import type { CreateInvitation } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ShownOnce } from '@/components/shown-once';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { changeableBy } from '@/lib/rights';
import { sayDay } from '@/lib/say';

type InvitedRole = CreateInvitation['role'];

/** Nobody invites to a role that they could not give. */
const ROLES_SAID = [
  ['member', 'Member: chats'],
  ['admin', 'Administrator: helps to run this server'],
  ['viewer', 'Viewer: reads only'],
] as const;

const addressOf = (token: string): string => `${location.origin}/register?invitation=${encodeURIComponent(token)}`;

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { data: me } = useMe();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<InvitedRole>('member');
  const create = useMutation({
    mutationFn: () => apiCall('invitations.create', { body: { role, email: email.trim() || undefined } }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.invitations }),
  });
  const made = create.data;

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    create.mutate();
  }

  if (made?.token) {
    return (
      <Dialog open onOpenChange={onClose} title="Send this link">
        <ShownOnce
          label="Link"
          hint={`Works once, until ${sayDay(made.expiresAt)}. It is shown only now.`}
          secret={addressOf(made.token)}
        />
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={onClose} title="Invite somebody">
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-5">
        <Field label="E-mail" optional hint="Then only this address can use the link. No mail is sent.">
          {(wiring) => (
            <Input {...wiring} type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
          )}
        </Field>
        <Field label="Role">
          {(wiring) => (
            <Select {...wiring} value={role} onChange={(event) => setRole(event.target.value as InvitedRole)}>
              {ROLES_SAID.filter(([value]) => changeableBy(me?.role).includes(value)).map(([value, says]) => (
                <option key={value} value={value}>
                  {says}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {create.error ? <Notice tone="danger">{sayProblem(create.error)}</Notice> : null}
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button variant="secondary">Cancel</Button>
          </DialogClose>
          <Button type="submit" disabled={create.isPending}>
            Make a link
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
