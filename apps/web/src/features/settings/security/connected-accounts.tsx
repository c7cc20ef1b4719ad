'use client';

import type { AccountState } from '@chatbox/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link2 } from 'lucide-react';
import { Rows, Section } from '@/components/section';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { apiCall } from '@/lib/api';
import { useSetup } from '@/lib/me';
import { sayRefusal } from '@/lib/refusal';
import { sayDay } from '@/lib/say';
import { FactorRow } from './factor-row';
import { useSecurityChanged } from './queries';

type Identity = AccountState['identities'][number];

const hostOf = (issuer: string): string => (URL.canParse(issuer) ? new URL(issuer).host : issuer);

function IdentityRow({ identity: { id, issuer, email, linkedAt } }: { identity: Identity }) {
  const onSuccess = useSecurityChanged();
  const unlink = useMutation({ mutationFn: () => apiCall('oidc.unlink', { params: { id } }), onSuccess });
  const name = email ?? hostOf(issuer);
  return (
    <FactorRow icon={Link2} name={name} state={`${hostOf(issuer)} · since ${sayDay(linkedAt)}`} error={unlink.error}>
      <Button
        variant="secondary"
        size="sm"
        aria-label={`Disconnect ${name}`}
        disabled={unlink.isPending}
        onClick={() => unlink.mutate()}
      >
        Disconnect
      </Button>
    </FactorRow>
  );
}

/** Accounts at a provider that sign in here. Nothing to see where there is no provider and never was one. */
export function ConnectedAccounts({ identities }: Pick<AccountState, 'identities'>) {
  const { data: setup } = useSetup();
  const provider = setup?.signIn.find((way) => way.kind === 'oidc');
  const connect = useMutation({
    mutationFn: () => apiCall('oidc.link'),
    onSuccess: ({ url }) => location.assign(url),
  });
  if (!provider && identities.length === 0) return null;
  return (
    <Section
      title="Connected accounts"
      lead="They sign you in without the password of this server."
      action={
        provider ? (
          <Button variant="secondary" size="sm" disabled={connect.isPending} onClick={() => connect.mutate()}>
            Connect {provider.name}
          </Button>
        ) : null
      }
    >
      {connect.error ? (
        <Notice tone="danger" className="mb-2">
          {sayRefusal(connect.error)}
        </Notice>
      ) : null}
      {identities.length > 0 ? (
        <Rows label="Connected accounts">
          {identities.map((identity) => (
            <IdentityRow key={identity.id} identity={identity} />
          ))}
        </Rows>
      ) : (
        <p className="rounded-lg border border-dashed px-4 py-6 text-center text-muted-foreground">
          None yet. Connect one to sign in with a single press.
        </p>
      )}
    </Section>
  );
}
