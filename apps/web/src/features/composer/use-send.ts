import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { putConversation } from '@/lib/conversation-cache';
import { conversationPath, showChat } from '@/lib/conversation-path';
import { begunHere } from '@/lib/conversations';
import { useFeed, useLive } from '@/lib/live';

/**
 * Sends into a conversation, or begins one. Either is done at once, with or without a network: the message is in the outbox
 * and on the page. False when the page does not know yet who is there: the text stays with the person who wrote it.
 */
export function useSend(conversationId: string | null): (text: string, model: string | null) => boolean {
  const client = useLive();
  const { feed } = useFeed(conversationId);
  const queries = useQueryClient();

  return useCallback(
    (text, model) => {
      const options = model === null ? {} : { model };
      if (feed) {
        feed.send(text, options);
        return true;
      }
      if (!client || conversationId !== null) return false;
      const item = client.begin(text, options);
      putConversation(queries, begunHere(item.conversationId, model));
      showChat(conversationPath(item.conversationId));
      return true;
    },
    [feed, client, conversationId, queries],
  );
}
