import type { AuditFilter } from '@chatbox/contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

export const useAudit = (filter: AuditFilter) =>
  useInfiniteQuery({
    queryKey: [...queryKeys.audit, 'list', filter],
    queryFn: ({ pageParam, signal }) => apiCall('audit.list', { query: { ...filter, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // A log is read to see what has just happened.
    staleTime: 0,
  });

export const useVerification = () =>
  useQuery({
    queryKey: [...queryKeys.audit, 'verification'],
    queryFn: ({ signal }) => apiCall('audit.verify', { signal }),
  });
