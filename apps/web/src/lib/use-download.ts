import { useMutation } from '@tanstack/react-query';
import { addressOfRoute, apiCall } from './api';
import { notifyFailure } from './notify';
import { sayProblem } from './problem';

/** Has the browser fetch a file by itself, however long it is. */
export function useDownload(
  route: 'audit.export' | 'usage.export',
  onBegun?: () => void,
): { begin: (query: Record<string, unknown>) => void; isPending: boolean } {
  const { mutate, isPending } = useMutation({
    // A download cannot renew an access that ran out; this call can.
    mutationFn: (_: Record<string, unknown>) => apiCall('auth.me'),
    onSuccess: (_, query) => {
      window.location.assign(addressOfRoute(route, query));
      onBegun?.();
    },
    onError: (error) => void notifyFailure(sayProblem(error)),
  });
  return { begin: mutate, isPending };
}
