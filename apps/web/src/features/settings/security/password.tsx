'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { PasswordField } from '@/components/password-field';
import { Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { isProblem } from '@/lib/problem';
import { sayRefusal } from '@/lib/refusal';
import { useSecurityChanged } from './queries';

const SHORTEST = 8;

export function Password({ hasPassword }: { hasPassword: boolean }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const changed = useSecurityChanged();
  const save = useMutation({
    mutationFn: () =>
      apiCall('account.change_password', {
        body: { currentPassword: hasPassword ? current : undefined, newPassword: password },
      }),
    onSuccess: () => {
      setCurrent('');
      setPassword('');
      return changed();
    },
  });
  const isWrong = isProblem(save.error, 'auth.bad_credentials');
  const isCommon = isProblem(save.error, 'auth.password_common');

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    save.mutate();
  }

  return (
    <Section title="Password" lead="A change signs you out everywhere else.">
      <form onSubmit={onSubmit} className="flex flex-col gap-4 rounded-lg border bg-raised p-4">
        {save.error && !isWrong && !isCommon ? <Notice tone="danger">{sayRefusal(save.error)}</Notice> : null}
        {hasPassword ? (
          <PasswordField
            label="Current password"
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
            error={isWrong ? sayRefusal(save.error) : undefined}
          />
        ) : null}
        <PasswordField
          label="New password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          hint={`At least ${SHORTEST} characters. A few words are easier to remember than signs.`}
          error={isCommon ? 'This password is among the most common ones. Choose another.' : undefined}
        />
        {save.isSuccess && !password ? (
          <Notice tone="success">Your password is changed. Other sessions have ended.</Notice>
        ) : null}
        <Button
          type="submit"
          className="self-start"
          disabled={password.length < SHORTEST || (hasPassword && !current) || save.isPending}
        >
          {hasPassword ? 'Change the password' : 'Set a password'}
        </Button>
      </form>
    </Section>
  );
}
