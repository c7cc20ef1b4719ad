'use client';

import type { Setup } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { DatabaseZap, KeyRound, RefreshCw } from 'lucide-react';
import Link from 'next/link';
import { type FormEvent, useState } from 'react';
import { Mark } from '@/components/mark';
import { PasswordField } from '@/components/password-field';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { Spinner } from '@/components/ui/spinner';
import { apiCall } from '@/lib/api';
import { useSetup } from '@/lib/me';
import { isProblem, sayProblem } from '@/lib/problem';
import { type Complaints, checkEntries, complaintsOf } from './complaints';
import { DoorCard } from './door-card';
import { EmailField } from './email-field';
import { useEnter } from './enter';
import { focusFirstInvalid } from './focus';
import { ProviderButton } from './other-ways';
import { WaitingCard } from './waiting-card';

const PROMISES = [
  {
    icon: RefreshCw,
    title: 'Answers survive',
    text: 'A refresh, a lost network, a restart of the server: nothing you saw is lost.',
  },
  { icon: DatabaseZap, title: 'Yours', text: 'Conversations live in a PostgreSQL database on this machine.' },
  {
    icon: KeyRound,
    title: 'Any model',
    text: 'Cloud models with your key, models on your own machine, and an offline assistant to begin with.',
  },
];

function EntryForm({
  invitation,
  isOwner,
  onWaiting,
}: {
  invitation: string | undefined;
  isOwner: boolean;
  onWaiting?: () => void;
}) {
  const enter = useEnter('/');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState<Complaints['fields']>({});
  const register = useMutation({
    mutationFn: () =>
      apiCall('auth.register', { body: { email, password, name: name.trim() || undefined, invitation } }),
    onSuccess: enter,
    onError: (error) => {
      if (isProblem(error, 'auth.approval_pending')) onWaiting?.();
    },
  });
  const said = complaintsOf(register.error);
  const errors = { ...said.fields, ...checked };

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const found = checkEntries({ email, password }, true);
    setChecked(found);
    if (Object.keys(found).length > 0) focusFirstInvalid(event.currentTarget);
    else register.mutate();
  }

  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      {said.form ? <Notice tone="danger">{said.form}</Notice> : null}
      <Field label="Name" optional error={errors.name}>
        {(wiring) => (
          <Input
            {...wiring}
            name="name"
            autoComplete="name"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <EmailField value={email} onChange={setEmail} error={errors.email} />
      <PasswordField
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        hint="At least 8 characters. A few words are easier to remember than signs."
        error={errors.password}
      />
      <Button type="submit" size="lg" className="mt-2 w-full" aria-disabled={register.isPending}>
        {register.isPending ? <Spinner /> : null}
        {isOwner ? 'Create the owner’s account' : 'Create the account'}
      </Button>
    </form>
  );
}

function FirstRun() {
  return (
    <div className="grid w-full max-w-4xl items-center gap-10 md:grid-cols-[1fr_24rem] md:gap-16">
      <div>
        <Mark className="size-11" />
        <h1 className="mt-6 text-3xl font-semibold tracking-tight text-balance">Welcome to Chatbox</h1>
        <p className="mt-3 max-w-md text-base text-muted-foreground">
          It runs, and it is empty. The first account becomes the owner: who connects models and invites people.
        </p>
        <ul className="mt-8 hidden flex-col gap-5 md:flex">
          {PROMISES.map(({ icon: Icon, title, text }) => (
            <li key={title} className="flex gap-3.5">
              <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
              <p className="max-w-sm">
                <span className="font-medium">{title}.</span> <span className="text-muted-foreground">{text}</span>
              </p>
            </li>
          ))}
        </ul>
      </div>
      <section aria-label="The owner’s account" className="rounded-lg bg-raised p-6 shadow-popover sm:p-8">
        <h2 className="mb-5 text-base font-semibold tracking-tight">Who are you?</h2>
        <EntryForm invitation={undefined} isOwner />
      </section>
    </div>
  );
}

function refusalOf(setup: Setup, invitation: string | undefined): string | undefined {
  if (invitation !== undefined) return undefined;
  if (setup.registration === 'closed') return 'Registration is closed. The owner of this server can open it.';
  if (setup.registration === 'invitation') return 'Registration needs an invitation. Ask the owner for a link.';
  return undefined;
}

function leadOf(setup: Setup, invitation: string | undefined): string | undefined {
  if (invitation !== undefined) return 'You were invited. Choose how to sign in from now on.';
  if (setup.registration === 'approval') return 'An administrator approves every new account.';
  return undefined;
}

export function RegisterForm({ invitation }: { invitation: string | undefined }) {
  const { data: setup, error, refetch } = useSetup();
  const [isWaiting, setWaiting] = useState(false);
  if (error) {
    return (
      <DoorCard title="Not ready yet">
        <Notice tone="warning">{sayProblem(error)}</Notice>
        <Button variant="secondary" className="mt-4 w-full" onClick={() => void refetch()}>
          Try again
        </Button>
      </DoorCard>
    );
  }
  if (!setup) {
    return (
      <DoorCard title="Chatbox">
        <div role="status" className="flex flex-col gap-4">
          <span className="sr-only">Loading</span>
          <Skeleton className="h-10" />
          <Skeleton className="h-10" />
          <Skeleton className="h-11" />
        </div>
      </DoorCard>
    );
  }
  if (isWaiting) return <WaitingCard />;
  if (setup.needsOwner) return <FirstRun />;
  const refusal = refusalOf(setup, invitation);
  const providers = setup.signIn.filter((way) => way.kind === 'oidc');
  return (
    <DoorCard title="Create an account" lead={leadOf(setup, invitation)}>
      {refusal ? (
        <Notice>{refusal}</Notice>
      ) : (
        <EntryForm invitation={invitation} isOwner={false} onWaiting={() => setWaiting(true)} />
      )}
      {refusal ? null : (
        <div className="mt-3 flex flex-col gap-2">
          {providers.map(({ name }) => (
            <ProviderButton key={name} name={name} next="/" invitation={invitation} />
          ))}
        </div>
      )}
      <p className="mt-5 text-center text-muted-foreground">
        Already have an account?{' '}
        <Link href="/login" className="font-medium text-accent underline underline-offset-4">
          Sign in
        </Link>
      </p>
    </DoorCard>
  );
}
