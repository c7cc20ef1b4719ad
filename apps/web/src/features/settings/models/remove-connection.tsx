'use client';

import type { Connection } from '@chatbox/contracts';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { sayProblem } from '@/lib/problem';
import { useRemoveConnection } from './queries';

/** Asked first, because the key cannot be brought back. */
export function RemoveConnection({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const remove = useRemoveConnection();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Remove ${connection.name}?`}
      description="Its key is deleted from this server, and its models can no longer be chosen. Conversations stay, and can go on with another model."
    >
      {remove.error ? <Notice tone="danger">{sayProblem(remove.error)}</Notice> : null}
      <div className="flex justify-end gap-2">
        <DialogClose asChild>
          <Button variant="secondary">Keep it</Button>
        </DialogClose>
        <Button
          variant="danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate(connection.id, { onSuccess: onClose })}
        >
          Remove {connection.name}
        </Button>
      </div>
    </Dialog>
  );
}
