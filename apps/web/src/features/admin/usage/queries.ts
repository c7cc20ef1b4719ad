import type { UsageQuery } from '@chatbox/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

export const useUsage = (query: UsageQuery) =>
  useQuery({
    queryKey: [...queryKeys.usage, query],
    queryFn: ({ signal }) => apiCall('usage.report', { query, signal }),
    placeholderData: keepPreviousData,
  });
