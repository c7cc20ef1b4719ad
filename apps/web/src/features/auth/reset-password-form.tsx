'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { type FormEvent, useState } from 'react';
import { PasswordField } from '@/components/password-field';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { isProblem } from '@/lib/problem';
import { sayRefusal } from '@/lib/refusal';
import { checkEntries, complaintsOf } from './complaints';
import { DoorCard } from './door-card';
import { focusFirstInvalid } from './focus';
import { useLinkToken } from './use-link-token';

function NewPasswordForm({ token, onDone }: { token: string; onDone: () => void }) {
  const [password, setPassword] = useState('');
  const [tooShort, setTooShort] = useState<string>();
  const reset = useMutation({
    mutationFn: () => apiCall('account.reset_password', { body: { token, password } }),
    onSuccess: onDone,
  });
  const said = complaintsOf(reset.error);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const found = checkEntries({ email: 'not@asked.example', password }, true).password;
    setTooShort(found);
    if (found) focusFirstInvalid(event.currentTarget);
    else if (!reset.isPending) reset.mutate();
  }

  if (isProblem(reset.error, 'auth.link_invalid')) return <SpentLink />;
  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      {said.form ? <Notice tone="danger">{sayRefusal(reset.error)}</Notice> : null}
      <PasswordField
        label="New password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        hint="At least 8 characters. A few words are easier to remember than signs."
        error={tooShort ?? said.fields.password}
      />
      <Button type="submit" size="lg" className="w-full" aria-disabled={reset.isPending}>
        {reset.isPending ? <Spinner /> : null}
        Set the password
      </Button>
    </form>
  );
}

function SpentLink() {
  return (
    <>
      <Notice tone="warning">This link does not work any more: it was used, has run out, or a newer one exists.</Notice>
      <Button asChild variant="secondary" className="mt-4 h-11 w-full">
        <Link href="/forgot-password">Ask for a new link</Link>
      </Button>
    </>
  );
}

export function ResetPasswordForm() {
  const token = useLinkToken();
  const [isDone, setDone] = useState(false);
  if (isDone) {
    return (
      <DoorCard title="Your password is changed" lead="Every device was signed out. Sign in with the new password.">
        <Button asChild size="lg" className="w-full">
          <Link href="/login">Sign in</Link>
        </Button>
      </DoorCard>
    );
  }
  return (
    <DoorCard title="Choose a new password" lead="Every device where you are signed in is signed out.">
      {token === undefined ? <Skeleton className="h-24 rounded-md" /> : null}
      {token === null ? <SpentLink /> : null}
      {token ? <NewPasswordForm token={token} onDone={() => setDone(true)} /> : null}
    </DoorCard>
  );
}
