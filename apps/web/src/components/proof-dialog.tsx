'use client';

import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { apiCall } from '@/lib/api';
import { useAccount, useFactors } from '@/lib/me';
import { passkeysWork, showPasskey } from '@/lib/passkeys';
import { sayRefusal } from '@/lib/refusal';
import { CodeField } from './code-field';
import { PasswordField } from './password-field';
import { Button } from './ui/button';
import { Dialog, DialogClose } from './ui/dialog';
import { Notice } from './ui/notice';
import { Skeleton } from './ui/skeleton';

type Way = 'password' | 'totp' | 'passkey';

const OTHER: Record<Way, string> = {
  password: 'Use the password',
  totp: 'Use the authenticator app',
  passkey: 'Use a passkey',
};

/** The ways that this person has, in this browser, the quickest first. */
function useWays(): Way[] | undefined {
  const factors = useFactors();
  const account = useAccount();
  if (factors.isPending || account.isPending) return undefined;
  const ways: Way[] = [];
  if (factors.data?.passkeys.some(({ usableHere }) => usableHere) && passkeysWork()) ways.push('passkey');
  if (factors.data?.totp) ways.push('totp');
  if (account.data?.hasPassword ?? true) ways.push('password');
  return ways;
}

function Proof({ ways, onDone }: { ways: Way[]; onDone: (proven: boolean) => void }) {
  const [way, setWay] = useState<Way | undefined>(ways.at(-1));
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const prove = useMutation({
    mutationFn: async () => {
      if (way === 'password') return apiCall('auth.fresh', { body: { password } });
      if (way === 'totp') return apiCall('auth.fresh', { body: { totp: code } });
      return apiCall('auth.fresh', { body: { passkey: await showPasskey(await apiCall('auth.fresh_options')) } });
    },
    onSuccess: () => onDone(true),
    onError: () => setCode(''),
  });

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    prove.mutate();
  }

  function choose(other: Way): void {
    prove.reset();
    setWay(other);
  }

  if (way === undefined) {
    return (
      <Notice>You sign in through a provider. Sign out, sign in again, and make this change within ten minutes.</Notice>
    );
  }
  const isEmpty = (way === 'password' && !password) || (way === 'totp' && !code);
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {prove.error ? <Notice tone="danger">{sayRefusal(prove.error)}</Notice> : null}
      {way === 'password' ? (
        <PasswordField value={password} onChange={setPassword} autoComplete="current-password" autoFocus />
      ) : null}
      {way === 'totp' ? <CodeField value={code} onChange={setCode} autoFocus /> : null}
      {way === 'passkey' ? (
        <p className="text-muted-foreground">The browser asks for your fingerprint, face or PIN.</p>
      ) : null}
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {ways
          .filter((other) => other !== way)
          .map((other) => (
            <Button key={other} variant="link" size="inline" className="min-h-8" onClick={() => choose(other)}>
              {OTHER[other]}
            </Button>
          ))}
      </div>
      <div className="flex justify-end gap-2">
        <DialogClose asChild>
          <Button variant="secondary">Cancel</Button>
        </DialogClose>
        <Button type="submit" disabled={isEmpty || prove.isPending}>
          {way === 'passkey' ? <KeyRound /> : null}
          {way === 'passkey' ? 'Use the passkey' : 'Continue'}
        </Button>
      </div>
    </form>
  );
}

export function ProofDialog({ onDone }: { onDone: (proven: boolean) => void }) {
  const ways = useWays();
  return (
    <Dialog
      open
      onOpenChange={() => onDone(false)}
      title="Confirm that it is you"
      description="This change needs a fresh proof. It counts for ten minutes."
      className="max-w-sm"
    >
      {ways ? <Proof ways={ways} onDone={onDone} /> : <Skeleton className="h-24 rounded-md" />}
    </Dialog>
  );
}
