'use client';

import type { CreateInvitation } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { apiCall } from '@/lib/api';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { sayDay } from '@/lib/say';

type InvitedRole = CreateInvitation['role'];

function Link({ token, expiresAt }: { token: string; expiresAt: string }) {
  const [isCopied, setCopied] = useState(false);
  const address = `${location.origin}/register?invitation=${encodeURIComponent(token)}`;
  const field = useRef<HTMLInputElement>(null);

  async function copy(): Promise<void> {
    field.current?.select();
    // Without TLS a browser has no clipboard for pages, but still copies what is selected.
    if (navigator.clipboard) await navigator.clipboard.writeText(address);
    else document.execCommand('copy');
    setCopied(true);
  }

  return (
    <div className="flex flex-col gap-5">
      <Field label="Link" hint={`Works once, until ${sayDay(expiresAt)}. It is shown only now.`}>
        {(wiring) => (
          <div className="flex gap-2">
            <Input {...wiring} ref={field} readOnly value={address} onFocus={(event) => event.target.select()} />
            <Button className="h-10" onClick={() => void copy()}>
              {isCopied ? <Check /> : <Copy />}
              {isCopied ? 'Copied' : 'Copy'}
            </Button>
          </div>
        )}
      </Field>
      <DialogClose asChild>
        <Button variant="secondary" className="self-end">
          Done
        </Button>
      </DialogClose>
    </div>
  );
}

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
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
        <Link token={made.token} expiresAt={made.expiresAt} />
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
              <option value="member">Member: chats</option>
              <option value="admin">Administrator: helps to run this server</option>
              <option value="viewer">Viewer: reads only</option>
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
