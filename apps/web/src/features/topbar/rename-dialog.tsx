'use client';

import type { Conversation } from '@chatbox/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useUpdateConversation } from '@/lib/conversations';

const LONGEST_TITLE = 200;

export function RenameDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [title, setTitle] = useState(conversation.title ?? '');
  const update = useUpdateConversation();

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    update.mutate({ conversation, changes: { title: title.trim() } });
    onClose();
  }

  return (
    <Dialog open onOpenChange={onClose} title="Rename the conversation">
      <form onSubmit={onSubmit} className="flex flex-col gap-5">
        <Field label="Title">
          {(wiring) => (
            <Input
              {...wiring}
              value={title}
              maxLength={LONGEST_TITLE}
              onChange={(event) => setTitle(event.target.value)}
              onFocus={(event) => event.target.select()}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button variant="secondary">Cancel</Button>
          </DialogClose>
          <Button type="submit" disabled={!title.trim()}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
