'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { sayProblem } from '@/lib/problem';

/** Asked before something that hurts: names what it acts on, and what will happen to it. */
export function ConfirmDialog({
  title,
  effect,
  action,
  keep = 'Cancel',
  isPending,
  isReady = true,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  effect: string;
  action: string;
  keep?: string;
  isPending: boolean;
  isReady?: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <Dialog open onOpenChange={onClose} title={title} description={effect}>
      {children}
      {error ? <Notice tone="danger">{sayProblem(error)}</Notice> : null}
      <div className="flex flex-wrap justify-end gap-2">
        <DialogClose asChild>
          <Button variant="secondary">{keep}</Button>
        </DialogClose>
        <Button variant="danger" disabled={isPending || !isReady} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
