'use client';

import type { TotpEnrolment } from '@chatbox/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Smartphone } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { passkeysWork } from '@/lib/passkeys';
import { sayRefusal } from '@/lib/refusal';
import { EnrolTotp } from './enrol-totp';
import { useAddPasskey, useBeginTotp } from './queries';
import { RecoveryCodeList } from './recovery-codes';

/** For whoever may do nothing else before. */
export function SetUpFactor({ next }: { next: string }) {
  const router = useRouter();
  const client = useQueryClient();
  const [enrolment, setEnrolment] = useState<TotpEnrolment>();
  const [codes, setCodes] = useState<string[]>();
  const [hasPasskeys, setHasPasskeys] = useState(false);
  useEffect(() => setHasPasskeys(passkeysWork()), []);
  const begin = useBeginTotp();
  const add = useAddPasskey();
  const leave = useMutation({
    mutationFn: () => apiCall('auth.logout'),
    onSettled: () => location.assign('/login'),
  });
  const error = begin.error ?? add.error;

  function goOn(): void {
    client.clear();
    router.replace(next);
  }

  function onAdded(recoveryCodes: string[] | null): void {
    if (recoveryCodes) setCodes(recoveryCodes);
    else goOn();
  }

  if (codes) return <RecoveryCodeList codes={codes} onDone={goOn} />;
  if (enrolment) return <EnrolTotp enrolment={enrolment} onAdded={onAdded} />;
  return (
    <div className="flex flex-col gap-2">
      {error ? <Notice tone="danger">{sayRefusal(error)}</Notice> : null}
      <Button
        className="h-11"
        disabled={begin.isPending}
        onClick={() => begin.mutate(undefined, { onSuccess: setEnrolment })}
      >
        <Smartphone />
        Use an authenticator app
      </Button>
      {hasPasskeys ? (
        <Button
          variant="secondary"
          className="h-11"
          disabled={add.isPending}
          onClick={() => add.mutate('', { onSuccess: ({ recoveryCodes }) => onAdded(recoveryCodes) })}
        >
          <KeyRound />
          Use a passkey
        </Button>
      ) : null}
      <Button variant="quiet" className="mt-2 h-10" onClick={() => leave.mutate()}>
        Sign out
      </Button>
    </div>
  );
}
