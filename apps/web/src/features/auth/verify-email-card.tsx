'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { sayRefusal } from '@/lib/refusal';
import { DoorCard } from './door-card';
import { useLinkToken } from './use-link-token';

/** A press of a button verifies, not the visit: programs that look into mails visit too. */
export function VerifyEmailCard() {
  const token = useLinkToken();
  const client = useQueryClient();
  const verify = useMutation({
    mutationFn: (link: string) => apiCall('account.verify_email', { body: { token: link } }),
    onSuccess: () => client.invalidateQueries(),
  });
  if (verify.data) {
    const { email, changed } = verify.data;
    return (
      <DoorCard
        title="Your e-mail is verified"
        lead={changed ? `From now on you sign in with ${email}.` : `${email} is yours.`}
      >
        <Button asChild size="lg" className="w-full">
          <Link href="/">Continue</Link>
        </Button>
      </DoorCard>
    );
  }
  const complaint = token === null ? 'This link is not complete. Open it from the mail again.' : undefined;
  return (
    <DoorCard title="Verify your e-mail" lead="One press, and we know that the address is yours.">
      {complaint ? <Notice tone="warning">{complaint}</Notice> : null}
      {verify.error ? (
        <Notice tone="danger">{sayRefusal(verify.error)} You can have a new one sent in the settings.</Notice>
      ) : null}
      {token === undefined ? <Skeleton className="h-11 rounded-md" /> : null}
      {token && !verify.error ? (
        <Button size="lg" className="w-full" disabled={verify.isPending} onClick={() => verify.mutate(token)}>
          {verify.isPending ? <Spinner /> : null}
          Verify
        </Button>
      ) : null}
    </DoorCard>
  );
}
