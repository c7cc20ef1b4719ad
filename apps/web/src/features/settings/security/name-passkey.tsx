'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { sayRefusal } from '@/lib/refusal';

export function NamePasskey({
  title,
  given,
  act,
  error,
  isPending,
  onName,
  onClose,
}: {
  title: string;
  given: string;
  act: string;
  error: unknown;
  isPending: boolean;
  onName: (name: string) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState(given);

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    onName(name.trim());
  }

  return (
    <Dialog open onOpenChange={onClose} title={title}>
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        {error ? <Notice tone="danger">{sayRefusal(error)}</Notice> : null}
        <Field label="Name" hint="So that you know it again, such as the device it is on.">
          {(wiring) => (
            <Input {...wiring} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button variant="secondary">Cancel</Button>
          </DialogClose>
          <Button type="submit" disabled={!name.trim() || isPending}>
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
