import { useQuery } from '@tanstack/react-query';
import { apiCall } from './api';
import { queryKeys } from './query-keys';

export const useMe = () =>
  useQuery({
    queryKey: queryKeys.me,
    queryFn: ({ signal }) => apiCall('auth.me', { signal }),
    staleTime: 5 * 60_000,
  });

export const useSetup = () =>
  useQuery({
    queryKey: queryKeys.setup,
    queryFn: ({ signal }) => apiCall('setup.read', { signal }),
  });

/** How the person signs in. Refused, like most, while the second factor that the role needs is missing. */
export const useAccount = () =>
  useQuery({ queryKey: queryKeys.account, queryFn: ({ signal }) => apiCall('account.state', { signal }) });

export const useFactors = () =>
  useQuery({ queryKey: queryKeys.factors, queryFn: ({ signal }) => apiCall('factors.read', { signal }) });
