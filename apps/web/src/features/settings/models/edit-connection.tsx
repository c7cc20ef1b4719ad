'use client';

import type { Connection, UpdateConnection } from '@chatbox/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { sayProblem } from '@/lib/problem';
import { AddressField, KeyField } from './fields';
import { useUpdateConnection } from './queries';

export function EditConnection({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [name, setName] = useState(connection.name);
  const [baseUrl, setBaseUrl] = useState(connection.baseUrl ?? '');
  const [key, setKey] = useState('');
  const update = useUpdateConnection();

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    const changes: UpdateConnection = { name: name.trim() };
    if (baseUrl.trim() && baseUrl.trim() !== connection.baseUrl) changes.baseUrl = baseUrl.trim();
    if (key.trim()) changes.key = key.trim();
    update.mutate({ id: connection.id, changes }, { onSuccess: onClose });
  }

  return (
    <Dialog open onOpenChange={onClose} title={`Edit ${connection.name}`}>
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <Field label="Name">
          {(wiring) => (
            <Input {...wiring} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <AddressField label="Address" optional={connection.baseUrl === null} value={baseUrl} onChange={setBaseUrl} />
        <KeyField
          label="New key"
          optional
          hint={connection.keyHint ? `Empty: the one that ends in ${connection.keyHint} stays.` : undefined}
          value={key}
          onChange={setKey}
        />
        {update.error ? <Notice tone="danger">{sayProblem(update.error)}</Notice> : null}
        <div className="flex justify-end gap-2 pt-1">
          <DialogClose asChild>
            <Button variant="secondary">Cancel</Button>
          </DialogClose>
          <Button type="submit" disabled={!name.trim() || update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
