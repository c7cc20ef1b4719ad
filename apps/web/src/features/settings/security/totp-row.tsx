'use client';

import type { Factors, TotpEnrolment } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { Smartphone } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { apiCall } from '@/lib/api';
import { sayAgo, sayDay } from '@/lib/say';
import { EnrolTotp } from './enrol-totp';
import { FactorRow } from './factor-row';
import { useBeginTotp, useSecurityChanged } from './queries';
import { RemoveFactor } from './remove-factor';

const sayState = (totp: Factors['totp']): string => {
  if (!totp) return 'A new six-digit code every half minute, also without a network.';
  const used = totp.lastUsedAt ? `used ${sayAgo(totp.lastUsedAt)}` : 'not used yet';
  return `Since ${sayDay(totp.addedAt)} · ${used}`;
};

export function TotpRow({
  totp,
  onRecoveryCodes,
}: {
  totp: Factors['totp'];
  onRecoveryCodes: (codes: string[]) => void;
}) {
  const [enrolment, setEnrolment] = useState<TotpEnrolment>();
  const [isRemoving, setRemoving] = useState(false);
  const begin = useBeginTotp();
  const onSuccess = useSecurityChanged();
  const remove = useMutation({ mutationFn: () => apiCall('factors.remove_totp'), onSuccess });

  function onAdded(codes: string[] | null): void {
    setEnrolment(undefined);
    if (codes) onRecoveryCodes(codes);
  }

  return (
    <FactorRow
      icon={Smartphone}
      name="Authenticator app"
      badge={totp ? <Badge tone="success">on</Badge> : null}
      state={sayState(totp)}
      error={begin.error}
    >
      {totp ? (
        <Button
          variant="secondary"
          size="sm"
          aria-label="Remove the authenticator app"
          onClick={() => setRemoving(true)}
        >
          Remove
        </Button>
      ) : (
        <Button
          variant="secondary"
          size="sm"
          aria-label="Set up the authenticator app"
          disabled={begin.isPending}
          onClick={() => begin.mutate(undefined, { onSuccess: setEnrolment })}
        >
          Set up
        </Button>
      )}
      {enrolment ? (
        <Dialog open onOpenChange={() => setEnrolment(undefined)} title="Set up the authenticator app">
          <EnrolTotp enrolment={enrolment} onAdded={onAdded} />
        </Dialog>
      ) : null}
      {isRemoving ? (
        <RemoveFactor
          name="the authenticator app"
          effect="Its codes no longer sign you in. Your other sessions end."
          removal={remove}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </FactorRow>
  );
}
