'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { useSetup } from '@/lib/me';
import { sayRefusal } from '@/lib/refusal';
import { checkEntries } from './complaints';
import { DoorCard } from './door-card';
import { EmailField } from './email-field';
import { focusFirstInvalid } from './focus';

function BackToSignIn() {
  return (
    <p className="mt-5 text-center">
      <Link href="/login" className="font-medium text-accent underline underline-offset-4">
        Back to sign in
      </Link>
    </p>
  );
}

function AskForm() {
  const [email, setEmail] = useState('');
  const [error, setError] = useState<string>();
  const ask = useMutation({ mutationFn: () => apiCall('account.forgot_password', { body: { email } }) });

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const found = checkEntries({ email, password: 'not asked' }, false).email;
    setError(found);
    if (found) focusFirstInvalid(event.currentTarget);
    else if (!ask.isPending) ask.mutate();
  }

  if (ask.isSuccess) {
    return (
      <Notice tone="success">
        If {email.trim()} belongs to an account, a link is on its way. It works once, for an hour. Look into the spam
        folder too.
      </Notice>
    );
  }
  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      {ask.error ? <Notice tone="danger">{sayRefusal(ask.error)}</Notice> : null}
      <EmailField value={email} onChange={setEmail} error={error} />
      <Button type="submit" size="lg" className="w-full" aria-disabled={ask.isPending}>
        {ask.isPending ? <Spinner /> : null}
        Send the link
      </Button>
    </form>
  );
}

export function ForgotPasswordForm() {
  const { data: setup, error } = useSetup();
  return (
    <DoorCard title="Forgot your password?" lead={setup?.mail ? 'We send you a link to choose a new one.' : undefined}>
      {error ? <Notice tone="danger">{sayRefusal(error)}</Notice> : null}
      {!setup && !error ? <Skeleton className="h-24 rounded-md" /> : null}
      {setup?.mail ? <AskForm /> : null}
      {setup && !setup.mail ? (
        <Notice>
          This server sends no mail. Ask its owner for a link to choose a new password. It opens here and works once.
        </Notice>
      ) : null}
      <BackToSignIn />
    </DoorCard>
  );
}
