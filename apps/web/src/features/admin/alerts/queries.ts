import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

/** As often as the server looks by itself; not in a tab that nobody sees. */
const REFRESH_MS = 15_000;

/** What is wrong now. The navigation and the page ask together. */
export const useOpenAlerts = () =>
  useQuery({
    queryKey: [...queryKeys.alerts, 'open'],
    queryFn: ({ signal }) => apiCall('alerts.list', { query: { state: 'open', limit: 100 }, signal }),
    refetchInterval: REFRESH_MS,
  });

export const useResolvedAlerts = () =>
  useInfiniteQuery({
    queryKey: [...queryKeys.alerts, 'resolved'],
    queryFn: ({ pageParam, signal }) =>
      apiCall('alerts.list', { query: { state: 'resolved', limit: 20, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS * 4,
  });

export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiCall('alerts.acknowledge', { params: { id } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: queryKeys.audit });
      return client.invalidateQueries({ queryKey: queryKeys.alerts });
    },
  });
}
