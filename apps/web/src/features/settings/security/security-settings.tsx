'use client';

import { FailedRows } from '@/components/rows';
import { SettingsPage } from '@/components/section';
import { Skeleton } from '@/components/ui/skeleton';
import { useAccount } from '@/lib/me';
import { ConnectedAccounts } from './connected-accounts';
import { EmailAddress } from './email';
import { FailedSignIns } from './failed-sign-ins';
import { OwnData } from './own-data';
import { Password } from './password';
import { SecondFactors } from './second-factors';
import { Sessions } from './sessions';

export function SecuritySettings() {
  const { data: account, error, refetch } = useAccount();
  return (
    <SettingsPage title="Security">
      <SecondFactors />
      {error && !account ? <FailedRows error={error} onRetry={() => void refetch()} /> : null}
      {!error && !account ? <Skeleton className="h-64 rounded-lg" /> : null}
      {account ? (
        <>
          <Password hasPassword={account.hasPassword} />
          <EmailAddress account={account} />
          <ConnectedAccounts identities={account.identities} />
        </>
      ) : null}
      <Sessions />
      {account ? <FailedSignIns failures={account.failedSignIns} /> : null}
      {account ? <OwnData hasPassword={account.hasPassword} /> : null}
    </SettingsPage>
  );
}
