'use client';

import type { Factors } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { LifeBuoy, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { FailedRows, WaitingRows } from '@/components/rows';
import { Rows, Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { apiCall } from '@/lib/api';
import { useFactors } from '@/lib/me';
import { passkeysWork } from '@/lib/passkeys';
import { FactorRow } from './factor-row';
import { NamePasskey } from './name-passkey';
import { PasskeyRow } from './passkey-row';
import { useAddPasskey, useSecurityChanged } from './queries';
import { RecoveryCodeList } from './recovery-codes';
import { TotpRow } from './totp-row';

type Show = (codes: string[]) => void;

function RecoveryCodesRow({ left, onCodes }: { left: number; onCodes: Show }) {
  const onSuccess = useSecurityChanged();
  const make = useMutation({ mutationFn: () => apiCall('factors.make_recovery_codes'), onSuccess });
  return (
    <FactorRow
      icon={LifeBuoy}
      name="Recovery codes"
      state={`${left} left, for when your phone or key is gone. New ones replace them, and your other sessions end.`}
      error={make.error}
    >
      <Button
        variant="secondary"
        size="sm"
        aria-label="Make new recovery codes"
        disabled={make.isPending}
        onClick={() => make.mutate(undefined, { onSuccess: ({ recoveryCodes }) => onCodes(recoveryCodes) })}
      >
        Make new
      </Button>
    </FactorRow>
  );
}

function AddPasskey({ onCodes }: { onCodes: Show }) {
  const [isOpen, setOpen] = useState(false);
  const add = useAddPasskey();
  return (
    <>
      <Button
        variant="secondary"
        size="sm"
        onClick={() => {
          add.reset();
          setOpen(true);
        }}
      >
        <Plus />
        Add a passkey
      </Button>
      {isOpen ? (
        <NamePasskey
          title="Add a passkey"
          given="Passkey"
          act="Continue"
          error={add.error}
          isPending={add.isPending}
          onName={(name) =>
            add.mutate(name, {
              onSuccess: ({ recoveryCodes }) => {
                setOpen(false);
                if (recoveryCodes) onCodes(recoveryCodes);
              },
            })
          }
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}

function FactorRows({ factors, onCodes }: { factors: Factors; onCodes: Show }) {
  const hasFactor = factors.totp !== null || factors.passkeys.length > 0;
  return (
    <Rows label="Second factors">
      <TotpRow totp={factors.totp} onRecoveryCodes={onCodes} />
      {factors.passkeys.map((passkey) => (
        <PasskeyRow key={passkey.id} passkey={passkey} />
      ))}
      {hasFactor ? <RecoveryCodesRow left={factors.recoveryCodesLeft} onCodes={onCodes} /> : null}
    </Rows>
  );
}

export function SecondFactors() {
  const { data, error, refetch } = useFactors();
  const [codes, setCodes] = useState<string[]>();
  const [hasPasskeys, setHasPasskeys] = useState(false);
  useEffect(() => setHasPasskeys(passkeysWork()), []);
  return (
    <Section
      title="Second factor"
      lead={
        data?.required
          ? 'Your role needs one besides the password.'
          : 'Keeps others out who know your password. A passkey signs you in without one.'
      }
      action={hasPasskeys ? <AddPasskey onCodes={setCodes} /> : null}
    >
      {error && !data ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <WaitingRows what="second factors" rows={1} /> : null}
      {data ? <FactorRows factors={data} onCodes={setCodes} /> : null}
      {data && !hasPasskeys ? (
        <p className="mt-2 text-xs text-muted-foreground">
          Passkeys need an up-to-date browser, and this page opened over https.
        </p>
      ) : null}
      {codes ? (
        <Dialog open onOpenChange={() => setCodes(undefined)} title="Your recovery codes">
          <RecoveryCodeList codes={codes} onDone={() => setCodes(undefined)} />
        </Dialog>
      ) : null}
    </Section>
  );
}
