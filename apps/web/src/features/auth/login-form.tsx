'use client';

import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { useSetup } from '@/lib/me';
import { type Complaints, checkEntries, complaintsOf } from './complaints';
import { DoorCard } from './door-card';
import { EmailField } from './email-field';
import { useEnter } from './enter';
import { focusFirstInvalid } from './focus';
import { PasswordField } from './password-field';

export function LoginForm({ next }: { next: string }) {
  const router = useRouter();
  const enter = useEnter(next);
  const { data: setup } = useSetup();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState<Complaints['fields']>({});
  const login = useMutation({
    mutationFn: () => apiCall('auth.login', { body: { email, password } }),
    onSuccess: enter,
  });
  const said = complaintsOf(login.error);
  const errors = { ...said.fields, ...checked };

  useEffect(() => {
    if (setup?.needsOwner) router.replace('/register');
  }, [setup, router]);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const found = checkEntries({ email, password }, false);
    setChecked(found);
    if (Object.keys(found).length > 0) focusFirstInvalid(event.currentTarget);
    else login.mutate();
  }

  return (
    <DoorCard title="Sign in" lead="Welcome back to Chatbox.">
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        {said.form ? <Notice tone="danger">{said.form}</Notice> : null}
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
      <p className="mt-5 min-h-5 text-center text-muted-foreground">
        {setup?.registration === 'open' ? (
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
