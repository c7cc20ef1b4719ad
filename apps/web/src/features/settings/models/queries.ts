import type { UpdateConnection } from '@chatbox/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

export const useConnections = () =>
  useQuery({
    queryKey: queryKeys.connections,
    queryFn: ({ signal }) => apiCall('connections.list', { signal }),
  });

export const useLocalServers = () =>
  useQuery({
    queryKey: queryKeys.localServers,
    queryFn: ({ signal }) => apiCall('local_servers.list', { signal }),
  });

/** A connection changes three lists: itself, the models behind it, and which local servers are still to be offered. */
export function useForgetLists(): () => void {
  const client = useQueryClient();
  return () => {
    for (const queryKey of [queryKeys.connections, queryKeys.models, queryKeys.localServers]) {
      void client.invalidateQueries({ queryKey });
    }
  };
}

export function useUpdateConnection() {
  const forget = useForgetLists();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: UpdateConnection }) =>
      apiCall('connections.update', { params: { id }, body: changes }),
    onSuccess: forget,
  });
}

export function useRemoveConnection() {
  const forget = useForgetLists();
  return useMutation({
    mutationFn: (id: string) => apiCall('connections.remove', { params: { id } }),
    onSuccess: forget,
  });
}

export function useDefaultModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (defaultModel: string | null) => apiCall('settings.update', { body: { defaultModel } }),
    onSuccess: (settings) => {
      client.setQueryData(queryKeys.settings, settings);
      return client.invalidateQueries({ queryKey: queryKeys.models });
    },
  });
}
