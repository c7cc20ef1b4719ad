'use client';

import type { AccountState } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { PasswordField } from '@/components/password-field';
import { Section } from '@/components/section';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { useMe, useSetup } from '@/lib/me';
import { sayRefusal } from '@/lib/refusal';
import { useSecurityChanged } from './queries';

function ChangeForm({ hasPassword, onClose }: { hasPassword: boolean; onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const onSuccess = useSecurityChanged();
  const change = useMutation({
    mutationFn: () =>
      apiCall('account.change_email', { body: { email, password: hasPassword ? password : undefined } }),
    onSuccess,
  });

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    change.mutate();
  }

  if (change.isSuccess) {
    return (
      <Notice tone="success">
        We sent a link to {email.trim()}, if the address is free. It replaces the old one when you open it, within an
        hour.
      </Notice>
    );
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4 border-t pt-4">
      {change.error ? <Notice tone="danger">{sayRefusal(change.error)}</Notice> : null}
      <Field label="New e-mail">
        {(wiring) => (
          <Input
            {...wiring}
            type="email"
            autoComplete="email"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      {hasPassword ? <PasswordField value={password} onChange={setPassword} autoComplete="current-password" /> : null}
      <div className="flex gap-2">
        <Button type="submit" disabled={!email.trim() || (hasPassword && !password) || change.isPending}>
          Send the link
        </Button>
        <Button variant="secondary" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

export function EmailAddress({ account }: { account: AccountState }) {
  const { data: me } = useMe();
  const { data: setup } = useSetup();
  const [isChanging, setChanging] = useState(false);
  const send = useMutation({ mutationFn: () => apiCall('account.send_verification') });
  const { emailVerified, pendingEmail, hasPassword } = account;
  return (
    <Section title="E-mail" lead="You sign in with it.">
      <div className="flex flex-col gap-4 rounded-lg border bg-raised p-4">
        <p className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 font-medium break-all">{me?.email}</span>
          {emailVerified ? <Badge tone="success">verified</Badge> : <Badge>not verified</Badge>}
        </p>
        {pendingEmail ? <Notice>{pendingEmail} replaces it once you open the link that was sent there.</Notice> : null}
        {setup && !setup.mail ? (
          <p className="text-muted-foreground">
            This server sends no mail, so an address can be neither verified nor changed. The owner can set up mail.
          </p>
        ) : null}
        {send.error ? <Notice tone="danger">{sayRefusal(send.error)}</Notice> : null}
        {send.isSuccess ? <Notice tone="success">A link is on its way. It works for a day.</Notice> : null}
        {setup?.mail && !isChanging ? (
          <div className="flex flex-wrap gap-2">
            {emailVerified || send.isSuccess ? null : (
              <Button variant="secondary" disabled={send.isPending} onClick={() => send.mutate()}>
                Verify it
              </Button>
            )}
            <Button variant="secondary" onClick={() => setChanging(true)}>
              Change it
            </Button>
          </div>
        ) : null}
        {isChanging ? <ChangeForm hasPassword={hasPassword} onClose={() => setChanging(false)} /> : null}
      </div>
    </Section>
  );
}
