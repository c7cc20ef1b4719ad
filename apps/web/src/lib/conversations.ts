import type { Conversation, UpdateConversation } from '@chatbox/contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { apiCall } from './api';
import { dropConversation, putConversation } from './conversation-cache';
import { queryKeys } from './query-keys';

const PAGE_LIMIT = 40;

export const useConversations = () =>
  useInfiniteQuery({
    queryKey: queryKeys.conversations,
    queryFn: ({ pageParam, signal }) =>
      apiCall('conversations.list', { query: { cursor: pageParam, limit: PAGE_LIMIT }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });

export const useConversation = (id: string | undefined) =>
  useQuery({
    queryKey: queryKeys.conversation(id ?? ''),
    queryFn: ({ signal }) => apiCall('conversations.read', { params: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
  });

/** Shows the change at once and takes it back when the server refuses it. */
export function useUpdateConversation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ conversation, changes }: { conversation: Conversation; changes: UpdateConversation }) =>
      apiCall('conversations.update', { params: { id: conversation.id }, body: changes }),
    onMutate: ({ conversation, changes }) => putConversation(client, { ...conversation, ...changes }),
    onSuccess: (conversation) => putConversation(client, conversation),
    onError: (_error, { conversation }) => {
      void client.invalidateQueries({ queryKey: queryKeys.conversations });
      void client.invalidateQueries({ queryKey: queryKeys.conversation(conversation.id) });
    },
  });
}

export function useRemoveConversation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (conversation: Conversation) => apiCall('conversations.delete', { params: { id: conversation.id } }),
    onMutate: (conversation) => dropConversation(client, conversation.id),
    onError: (_error, conversation) => putConversation(client, conversation),
  });
}

export function useRestoreConversation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (conversation: Conversation) => apiCall('conversations.restore', { params: { id: conversation.id } }),
    onSuccess: (conversation) => {
      putConversation(client, conversation);
      void client.invalidateQueries({ queryKey: queryKeys.conversations });
    },
  });
}

/** What can be said of a conversation that the server has not seen; its own word, whenever it comes, is newer. */
export function begunHere(id: string, model: string | null): Conversation {
  const now = new Date().toISOString();
  const nothing = {
    title: null,
    systemPrompt: null,
    activeLeafId: null,
    costMicros: 0,
    inputTokens: 0,
    outputTokens: 0,
  };
  return { id, model, revision: -1, ...nothing, createdAt: now, updatedAt: now };
}

export const titleOf = (conversation: Pick<Conversation, 'title'>): string => conversation.title ?? 'New conversation';
