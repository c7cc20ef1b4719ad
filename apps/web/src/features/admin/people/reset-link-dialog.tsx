'use client';

import type { Person } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { ShownOnce } from '@/components/shown-once';
import { Dialog } from '@/components/ui/dialog';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';
import { sayTime } from '@/lib/say';
import { nameOf } from './say-person';

/** The way back in for somebody who lost their password, where no mail is sent or none arrives. */
export function ResetLinkDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => apiCall('account.reset_link', { params: { id: person.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.audit }),
  });
  const name = nameOf(person);
  if (make.data) {
    return (
      <Dialog open onOpenChange={onClose} title={`Hand this link to ${name}`}>
        <ShownOnce
          label="Link"
          hint={`Works once, until ${sayTime(make.data.expiresAt)}. It is shown only now; whoever opens it first sets the password.`}
          secret={`${location.origin}${make.data.path}`}
        />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Make a link for ${name}?`}
      effect={`Whoever opens it sets a new password for ${person.email}, once and within an hour; all sessions end then. Make sure that it is really ${name} who asks.`}
      action="Make the link"
      isPending={make.isPending}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    />
  );
}
