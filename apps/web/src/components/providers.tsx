'use client';

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { isProblem } from '@/lib/problem';
import { FACTOR_SETUP, factorSetupPath, loginPath } from '@/lib/session';
import { FreshProof } from './fresh-proof';

const SECOND = 1000;

function openQueryClient({
  onSessionEnded,
  onFactorMissing,
}: Record<'onSessionEnded' | 'onFactorMissing', () => void>) {
  const onError = (error: unknown): void => {
    if (isProblem(error, 'auth.required', 'auth.refresh_invalid', 'auth.token_expired')) onSessionEnded();
    if (isProblem(error, 'auth.factor_setup_required')) onFactorMissing();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30 * SECOND,
        gcTime: 30 * 60 * SECOND,
        retry: (failures, error) => failures < 3 && isProblem(error) && error.problem.retry,
        refetchOnWindowFocus: false,
      },
    },
  });
}

export function Providers({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [client] = useState(() =>
    openQueryClient({
      onSessionEnded: () => {
        if (location.pathname === '/login' || location.pathname === '/register') return;
        router.replace(loginPath());
      },
      onFactorMissing: () => {
        if (location.pathname !== FACTOR_SETUP) router.replace(factorSetupPath());
      },
    }),
  );
  return (
    <QueryClientProvider client={client}>
      {children}
      <FreshProof />
    </QueryClientProvider>
  );
}
