import { useMutation, useQueryClient } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { makePasskey } from '@/lib/passkeys';
import { queryKeys } from '@/lib/query-keys';

/** After a change of factors or password: other sessions may have ended with it. */
export function useSecurityChanged(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all(
      [queryKeys.factors, queryKeys.account, queryKeys.sessions].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
  };
}

export function useAddPasskey() {
  const onSettled = useSecurityChanged();
  return useMutation({
    mutationFn: async (name: string) => {
      const passkey = await makePasskey(await apiCall('passkeys.begin'));
      return apiCall('passkeys.add', { body: { name: name.trim() || undefined, passkey } });
    },
    onSettled,
  });
}

export const useBeginTotp = () => useMutation({ mutationFn: () => apiCall('factors.begin_totp') });

export function useConfirmTotp() {
  const onSuccess = useSecurityChanged();
  return useMutation({ mutationFn: (totp: string) => apiCall('factors.confirm_totp', { body: { totp } }), onSuccess });
}
