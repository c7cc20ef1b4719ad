import type { DashboardRange } from '@chatbox/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

const REFRESH_MS = 30_000;

/** The figures of before, where the latest could not be had. */
export function useDashboard(range: DashboardRange) {
  const query = useRefreshed(range);
  const known = useRef(query.data);
  if (query.data) known.current = query.data;
  return { ...query, data: query.data ?? known.current, isOld: query.isPlaceholderData || !query.data };
}

/** Asked again every 30 seconds while somebody can see it, and at once when they look again. */
const useRefreshed = (range: DashboardRange) =>
  useQuery({
    queryKey: [...queryKeys.dashboard, range],
    queryFn: ({ signal }) => apiCall('metrics.dashboard', { query: { range }, signal }),
    placeholderData: keepPreviousData,
    staleTime: REFRESH_MS / 2,
    refetchInterval: REFRESH_MS,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: true,
    // The next refresh is the next try.
    retry: false,
  });
