'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useState } from 'react';
import { PasswordField } from '@/components/password-field';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { useSetup } from '@/lib/me';
import { isProblem } from '@/lib/problem';
import { type Complaints, checkEntries, complaintsOf } from './complaints';
import { DoorCard } from './door-card';
import { EmailField } from './email-field';
import { useEnter } from './enter';
import { focusFirstInvalid } from './focus';
import { OtherWays } from './other-ways';
import { SecondStep, type Step } from './second-step';
import { stepOf, takeStepFromAddress } from './step';
import { WaitingCard } from './waiting-card';

/** `refusal`: why a sign-in through a provider ended here. */
export function LoginForm({ next, refusal }: { next: string; refusal?: string | undefined }) {
  const router = useRouter();
  const enter = useEnter(next);
  const { data: setup } = useSetup();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [step, setStep] = useState<Step | null>(null);
  const [checked, setChecked] = useState<Complaints['fields']>({});
  const login = useMutation({
    mutationFn: () => apiCall('auth.login', { body: { email, password } }),
    onSuccess: enter,
    onError: (error) => setStep(stepOf(error)),
  });
  const said = complaintsOf(login.error);
  const errors = { ...said.fields, ...checked };

  useEffect(() => {
    if (setup?.needsOwner) router.replace('/register');
  }, [setup, router]);

  useEffect(() => setStep(takeStepFromAddress()), []);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const found = checkEntries({ email, password }, false);
    setChecked(found);
    if (Object.keys(found).length > 0) focusFirstInvalid(event.currentTarget);
    else login.mutate();
  }

  function startAgain(): void {
    setStep(null);
    setPassword('');
    login.reset();
  }

  if (isProblem(login.error, 'auth.approval_pending')) return <WaitingCard />;
  if (step) return <SecondStep step={step} onEnter={enter} onStartAgain={startAgain} />;
  const complaint = said.form ?? (login.isIdle ? refusal : undefined);
  return (
    <DoorCard title="Sign in" lead="Welcome back to Chatbox.">
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        {complaint ? <Notice tone="danger">{complaint}</Notice> : null}
        <EmailField value={email} onChange={setEmail} error={errors.email} />
        <PasswordField
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          error={errors.password}
        />
        <Button type="submit" size="lg" className="mt-2 w-full" aria-disabled={login.isPending}>
          {login.isPending ? <Spinner /> : null}
          Sign in
        </Button>
      </form>
      <OtherWays ways={setup?.signIn ?? []} next={next} onEnter={enter} />
      <p className="mt-5 text-center">
        <Link href="/forgot-password" className="text-muted-foreground underline underline-offset-4 hover:text-text">
          Forgot your password?
        </Link>
      </p>
      <p className="mt-3 min-h-5 text-center text-muted-foreground">
        {setup?.registration === 'open' || setup?.registration === 'approval' ? (
          <>
            New here?{' '}
            <Link href="/register" className="font-medium text-accent underline underline-offset-4">
              Create an account
            </Link>
          </>
        ) : null}
        {setup?.registration === 'invitation' ? 'New here? Ask the owner for an invitation.' : null}
      </p>
    </DoorCard>
  );
}
