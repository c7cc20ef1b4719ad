import { useQuery } from '@tanstack/react-query';
import { apiCall } from './api';
import { queryKeys } from './query-keys';

/** Models that can be chosen, and what kept some connections from listing theirs. */
export const useModels = () =>
  useQuery({
    queryKey: queryKeys.models,
    queryFn: ({ signal }) => apiCall('models.list', { signal }),
    staleTime: 60_000,
  });
