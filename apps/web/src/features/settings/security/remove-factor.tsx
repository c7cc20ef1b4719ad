'use client';

import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { sayRefusal } from '@/lib/refusal';

interface Removal {
  error: unknown;
  isPending: boolean;
  mutate: (nothing: undefined, options: { onSuccess: () => void }) => void;
}

/** Asked first: a factor cannot be brought back, only set up anew. */
export function RemoveFactor({
  name,
  effect,
  removal,
  onClose,
}: {
  name: string;
  effect: string;
  removal: Removal;
  onClose: () => void;
}) {
  return (
    <Dialog open onOpenChange={onClose} title={`Remove ${name}?`} description={effect}>
      {removal.error ? <Notice tone="danger">{sayRefusal(removal.error)}</Notice> : null}
      <div className="flex justify-end gap-2">
        <DialogClose asChild>
          <Button variant="secondary">Keep it</Button>
        </DialogClose>
        <Button
          variant="danger"
          disabled={removal.isPending}
          onClick={() => removal.mutate(undefined, { onSuccess: onClose })}
        >
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
