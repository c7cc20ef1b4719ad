'use client';

import type { Scope } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ShownOnce } from '@/components/shown-once';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Select } from '@/components/ui/select';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { sayProblem } from '@/lib/problem';
import { queryKeys } from '@/lib/query-keys';
import { scopesFor } from '@/lib/rights';
import { SCOPE_SAYS } from '@/lib/say-key';

const LIVES = [
  { days: '30', label: '30 days' },
  { days: '90', label: '90 days' },
  { days: '365', label: 'A year' },
  { days: '', label: 'Until it is revoked' },
] as const;
/** What most programs need: to chat. */
const USUAL: readonly Scope[] = ['chat:read', 'chat:write', 'models:read'];

function Scopes({ chosen, onChange }: { chosen: readonly Scope[]; onChange: (scopes: Scope[]) => void }) {
  const { data: me } = useMe();
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium">What it may do</legend>
      {scopesFor(me?.role).map((scope) => (
        <label key={scope} className="flex min-h-8 items-center gap-2.5 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={chosen.includes(scope)}
            onChange={(event) =>
              onChange(event.target.checked ? [...chosen, scope] : chosen.filter((other) => other !== scope))
            }
          />
          {SCOPE_SAYS[scope]}
          <code className="ml-auto font-mono text-xs text-muted-foreground">{scope}</code>
        </label>
      ))}
    </fieldset>
  );
}

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { data: me } = useMe();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(USUAL);
  const [days, setDays] = useState<string>('90');
  const [addresses, setAddresses] = useState('');
  const create = useMutation({
    mutationFn: () => {
      const given = scopes.filter((scope) => scopesFor(me?.role).includes(scope));
      const expiresInDays = days ? Number(days) : null;
      return apiCall('keys.create', {
        body: { name, scopes: given, expiresInDays, addresses: addresses.split(/[\s,]+/).filter(Boolean) },
      });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.keys }),
  });

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    create.mutate();
  }

  if (create.data) {
    return (
      <Dialog open onOpenChange={onClose} title={`Copy the key ${create.data.name}`}>
        <ShownOnce
          label="Key"
          hint="It is shown only now. Keep it where your program reads its secrets, not in its source."
          secret={create.data.key}
        />
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={onClose} title="New key">
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-5">
        <Field label="Name" hint="What the program is called. You find the key by it later.">
          {(wiring) => (
            <Input {...wiring} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Scopes chosen={scopes} onChange={setScopes} />
        <Field label="Works for">
          {(wiring) => (
            <Select {...wiring} value={days} onChange={(event) => setDays(event.target.value)}>
              {LIVES.map((life) => (
                <option key={life.days} value={life.days}>
                  {life.label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Only from" optional hint="Addresses or networks such as 203.0.113.0/24; none: from everywhere.">
          {(wiring) => (
            <Textarea
              {...wiring}
              className="min-h-16"
              value={addresses}
              onChange={(event) => setAddresses(event.target.value)}
            />
          )}
        </Field>
        {create.error ? <Notice tone="danger">{sayProblem(create.error)}</Notice> : null}
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button variant="secondary">Cancel</Button>
          </DialogClose>
          <Button type="submit" disabled={create.isPending || !name.trim() || scopes.length === 0}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
