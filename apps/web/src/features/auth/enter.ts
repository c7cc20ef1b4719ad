import type { AuthResult } from '@chatbox/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { queryKeys } from '@/lib/query-keys';

/** Takes a person who has just signed in to where they wanted to go. */
export function useEnter(next: string): (result: AuthResult) => void {
  const client = useQueryClient();
  const router = useRouter();
  return ({ user }) => {
    client.clear();
    client.setQueryData(queryKeys.me, user);
    router.replace(next);
  };
}
