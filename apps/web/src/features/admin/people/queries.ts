import type { PeopleQuery, Person, Role } from '@chatbox/contracts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { apiCall } from '@/lib/api';
import { queryKeys } from '@/lib/query-keys';

type Asked = Partial<Pick<PeopleQuery, 'search' | 'role' | 'status' | 'sort' | 'order'>>;

export const usePeople = (asked: Asked) =>
  useInfiniteQuery({
    queryKey: [...queryKeys.people, 'list', asked],
    queryFn: ({ pageParam, signal }) => apiCall('people.list', { query: { ...asked, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const usePerson = (id: string) =>
  useQuery({
    queryKey: [...queryKeys.people, id],
    queryFn: ({ signal }) => apiCall('people.read', { params: { id }, signal }),
  });

export const usePersonSessions = (id: string) =>
  useQuery({
    queryKey: [...queryKeys.people, id, 'sessions'],
    queryFn: ({ signal }) => apiCall('people.sessions', { params: { id }, signal }),
  });

/** What can be done to a person; `role` is a change of role. */
export type Act =
  | { what: 'approve' | 'suspend' | 'unsuspend' | 'end_sessions' | 'reset_factors' | 'remove' }
  | { what: 'role'; role: Role };

async function perform(id: string, act: Act): Promise<void> {
  const params = { id };
  if (act.what === 'role') await apiCall('people.update', { params, body: { role: act.role } });
  else await apiCall(`people.${act.what}`, { params });
}

export function useActOn(person: Person) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (act: Act) => perform(person.id, act),
    onSuccess: (_answer, { what }) => {
      // Nobody asks again for somebody who is gone.
      if (what === 'remove') client.removeQueries({ queryKey: [...queryKeys.people, person.id] });
      void client.invalidateQueries({ queryKey: queryKeys.audit });
      return client.invalidateQueries({
        queryKey: what === 'remove' ? [...queryKeys.people, 'list'] : queryKeys.people,
      });
    },
  });
}
