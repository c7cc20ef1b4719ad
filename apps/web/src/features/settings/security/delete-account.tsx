'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { PasswordField } from '@/components/password-field';
import { Button } from '@/components/ui/button';
import { Dialog, DialogClose } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { useMe } from '@/lib/me';
import { sayRefusal } from '@/lib/refusal';

export function DeleteAccount({ hasPassword, onClose }: { hasPassword: boolean; onClose: () => void }) {
  const { data: me } = useMe();
  const [password, setPassword] = useState('');
  const remove = useMutation({
    mutationFn: () => apiCall('account.delete', { body: { password: hasPassword ? password : undefined } }),
    // A full load, so that nothing of this person stays in the memory of the page.
    onSuccess: () => location.assign('/login'),
  });

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    remove.mutate();
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Delete the account ${me?.email ?? ''}?`}
      description="All your conversations and sessions are deleted at once, and cannot be brought back. Export them first if you want to keep them."
    >
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        {remove.error ? <Notice tone="danger">{sayRefusal(remove.error)}</Notice> : null}
        {hasPassword ? (
          <PasswordField
            label="Your password"
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
          />
        ) : null}
        <div className="flex justify-end gap-2">
          <DialogClose asChild>
            <Button variant="secondary">Keep the account</Button>
          </DialogClose>
          <Button
            type="submit"
            variant="danger"
            disabled={(hasPassword && !password) || remove.isPending || remove.isSuccess}
          >
            Delete for good
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
