'use client';

import type { AuthResult, FactorKind } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { CodeField } from '@/components/code-field';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { passkeysWork, showPasskey } from '@/lib/passkeys';
import { isProblem } from '@/lib/problem';
import { sayRefusal } from '@/lib/refusal';
import { DoorCard } from './door-card';

/** What a sign-in goes on with after `auth.factor_required`. */
export interface Step {
  challenge: string;
  kinds: readonly FactorKind[];
}

const LEAD: Record<FactorKind, string> = {
  totp: 'Enter the code that your authenticator app shows.',
  passkey: 'The browser asks for your fingerprint, face or PIN.',
  recoveryCode: 'Enter one of the codes that you kept. Each works once.',
};
const OTHER: Record<FactorKind, string> = {
  totp: 'Use the authenticator app',
  passkey: 'Use a passkey',
  recoveryCode: 'Use a recovery code',
};
const QUICKEST_FIRST: readonly FactorKind[] = ['totp', 'passkey', 'recoveryCode'];

export function SecondStep({
  step: { challenge, kinds },
  onEnter,
  onStartAgain,
}: {
  step: Step;
  onEnter: (result: AuthResult) => void;
  onStartAgain: () => void;
}) {
  const ways = QUICKEST_FIRST.filter((kind) => kinds.includes(kind) && (kind !== 'passkey' || passkeysWork()));
  const [way, setWay] = useState<FactorKind>(ways[0] ?? 'recoveryCode');
  const [code, setCode] = useState('');
  const finish = useMutation({
    mutationFn: async () => {
      if (way !== 'passkey') return apiCall('auth.login_factor', { body: { challenge, [way]: code } });
      const passkey = await showPasskey(await apiCall('auth.login_factor_options', { body: { challenge } }));
      return apiCall('auth.login_factor', { body: { challenge, passkey } });
    },
    onSuccess: onEnter,
    onError: () => setCode(''),
  });
  const isOver = isProblem(finish.error, 'auth.challenge_invalid');

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    if (!finish.isPending) finish.mutate();
  }

  function choose(other: FactorKind): void {
    finish.reset();
    setCode('');
    setWay(other);
  }

  return (
    <DoorCard title="One more step" lead={LEAD[way]}>
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        {finish.error ? <Notice tone="danger">{sayRefusal(finish.error)}</Notice> : null}
        {way === 'totp' ? <CodeField key="totp" value={code} onChange={setCode} label="Code" autoFocus /> : null}
        {way === 'recoveryCode' ? (
          <Field label="Recovery code">
            {(wiring) => (
              <Input
                {...wiring}
                name="recovery-code"
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                maxLength={60}
                value={code}
                onChange={(event) => setCode(event.target.value)}
                className="font-mono"
              />
            )}
          </Field>
        ) : null}
        {isOver ? (
          <Button size="lg" className="w-full" onClick={onStartAgain}>
            Start again
          </Button>
        ) : (
          <Button type="submit" size="lg" className="w-full" disabled={way !== 'passkey' && !code.trim()}>
            {finish.isPending ? <Spinner /> : null}
            {way === 'passkey' && !finish.isPending ? <KeyRound /> : null}
            {way === 'passkey' ? 'Use the passkey' : 'Sign in'}
          </Button>
        )}
      </form>
      <div className="mt-4 flex flex-col items-center gap-1">
        {ways
          .filter((other) => other !== way)
          .map((other) => (
            <Button key={other} variant="link" className="h-10" onClick={() => choose(other)}>
              {OTHER[other]}
            </Button>
          ))}
        <Button variant="quiet" className="h-10" onClick={onStartAgain}>
          Sign in as somebody else
        </Button>
      </div>
    </DoorCard>
  );
}
