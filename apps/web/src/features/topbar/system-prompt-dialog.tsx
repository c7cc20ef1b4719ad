'use client';

import type { Conversation } from '@chatbox/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { useUpdateConversation } from '@/lib/conversations';
import { sayProblem } from '@/lib/problem';

const LONGEST_PROMPT = 50_000;

export function SystemPromptDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [prompt, setPrompt] = useState(conversation.systemPrompt ?? '');
  const update = useUpdateConversation();

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    const changes = { systemPrompt: prompt.trim() ? prompt : null };
    update.mutate({ conversation, changes }, { onSuccess: onClose });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="System prompt"
      description="Told to the model before every answer in this conversation."
      className="max-w-2xl"
    >
      <form onSubmit={onSubmit} className="flex flex-col gap-5">
        <Field label="Instructions" hint="From the next answer on. Leave it empty for none.">
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={9}
              value={prompt}
              maxLength={LONGEST_PROMPT}
              placeholder="Answer in British English. Keep code samples in TypeScript, and say when you are not sure."
              onChange={(event) => setPrompt(event.target.value)}
            />
          )}
        </Field>
        {update.error ? <Notice tone="danger">{sayProblem(update.error)}</Notice> : null}
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button variant="secondary">Cancel</Button>
          </DialogClose>
          <Button type="submit" disabled={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
