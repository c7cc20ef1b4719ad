'use client';

import type { TotpEnrolment } from '@chatbox/contracts';
import { type FormEvent, useState } from 'react';
import { CodeField } from '@/components/code-field';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { sayRefusal } from '@/lib/refusal';
import { useConfirmTotp } from './queries';

const GROUPS = /.{1,4}/g;

/** The picture for the app, and the first code as the proof that it arrived there. */
export function EnrolTotp({
  enrolment,
  onAdded,
}: {
  enrolment: TotpEnrolment;
  onAdded: (recoveryCodes: string[] | null) => void;
}) {
  const [code, setCode] = useState('');
  const confirm = useConfirmTotp();

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    confirm.mutate(code, {
      onSuccess: ({ recoveryCodes }) => onAdded(recoveryCodes),
      onError: () => setCode(''),
    });
  }

  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <div className="flex flex-col items-center gap-4 sm:flex-row sm:items-start">
        {/* Dark on white in both themes: cameras do not read it the other way round. */}
        {/** biome-ignore lint/performance/noImgElement: a data address needs no optimiser */}
        <img src={enrolment.qr} alt="QR code for the authenticator app" className="size-40 rounded-md bg-white p-1" />
        <div className="min-w-0 text-muted-foreground">
          <p>Scan the picture with an authenticator app. If you cannot, type this key into it:</p>
          <p className="mt-2 rounded-md border bg-surface px-3 py-2 font-mono text-sm break-words text-text select-all">
            {enrolment.secret.match(GROUPS)?.join(' ')}
          </p>
        </div>
      </div>
      {confirm.error ? <Notice tone="danger">{sayRefusal(confirm.error)}</Notice> : null}
      <CodeField value={code} onChange={setCode} label="Code that the app shows" />
      <Button type="submit" className="self-end" disabled={!code.trim() || confirm.isPending}>
        Confirm
      </Button>
    </form>
  );
}
