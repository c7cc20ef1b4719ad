'use client';

import type { AuthResult, SignInWay } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { KeyRound, LogIn } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { passkeysWork, showPasskey } from '@/lib/passkeys';
import { sayRefusal } from '@/lib/refusal';

/** Sign-in through a provider. It comes back to `next`. */
export function ProviderButton({ name, next, invitation }: { name: string; next: string; invitation?: string }) {
  const start = useMutation({
    mutationFn: () => apiCall('oidc.start', { body: { next, invitation } }),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <>
      {start.error ? <Notice tone="danger">{sayRefusal(start.error)}</Notice> : null}
      <Button
        variant="secondary"
        className="h-11 w-full"
        disabled={start.isPending || start.isSuccess}
        onClick={() => start.mutate()}
      >
        <LogIn />
        Continue with {name}
      </Button>
    </>
  );
}

/** Everything but a password. */
export function OtherWays({
  ways,
  next,
  onEnter,
}: {
  ways: readonly SignInWay[];
  next: string;
  onEnter: (result: AuthResult) => void;
}) {
  const [hasPasskeys, setHasPasskeys] = useState(false);
  useEffect(() => setHasPasskeys(passkeysWork()), []);
  const enter = useMutation({
    mutationFn: async () => {
      const passkey = await showPasskey(await apiCall('auth.login_passkey_options'));
      return apiCall('auth.login_passkey', { body: { passkey } });
    },
    onSuccess: onEnter,
  });
  const providers = ways.filter((way) => way.kind === 'oidc');
  if (!hasPasskeys && providers.length === 0) return null;
  return (
    <div className="mt-5 flex flex-col gap-2">
      <p aria-hidden className="mb-1 flex items-center gap-3 text-xs text-muted-foreground">
        <span className="h-px flex-1 bg-border" />
        or
        <span className="h-px flex-1 bg-border" />
      </p>
      {enter.error ? <Notice tone="danger">{sayRefusal(enter.error)}</Notice> : null}
      {hasPasskeys ? (
        <Button variant="secondary" className="h-11 w-full" disabled={enter.isPending} onClick={() => enter.mutate()}>
          <KeyRound />
          Sign in with a passkey
        </Button>
      ) : null}
      {providers.map(({ name }) => (
        <ProviderButton key={name} name={name} next={next} />
      ))}
    </div>
  );
}
