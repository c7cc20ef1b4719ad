import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useCallback, useState } from 'react';
import { apiCall } from '@/lib/api';
import { putConversation } from '@/lib/conversation-cache';
import { useFeed, useLive } from '@/lib/live';
import { sayProblem } from '@/lib/problem';

interface Sending {
  /** False when the text was not taken over: it stays with the person who wrote it. */
  send: (text: string, model: string | null) => Promise<boolean>;
  isBeginning: boolean;
  /** Why a new conversation could not begin. */
  problem: string | null;
}

/** Sends into a conversation, or begins one: then the page follows, and the message is already there. */
export function useSend(conversationId: string | null): Sending {
  const client = useLive();
  const { feed } = useFeed(conversationId);
  const queries = useQueryClient();
  const router = useRouter();
  const [isBeginning, setBeginning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const send = useCallback(
    async (text: string, model: string | null) => {
      const options = model === null ? {} : { model };
      if (feed) {
        feed.send(text, options);
        return true;
      }
      if (!client || conversationId !== null) return false;
      setBeginning(true);
      setProblem(null);
      try {
        const conversation = await apiCall('conversations.create', { body: options });
        putConversation(queries, conversation);
        client.enter(conversation.id).send(text, options);
        // The page that opens enters too; this entry only keeps the feed warm until then.
        client.leave(conversation.id);
        router.push(`/c/${conversation.id}`);
        return true;
      } catch (error) {
        setProblem(sayProblem(error));
        return false;
      } finally {
        setBeginning(false);
      }
    },
    [feed, client, conversationId, queries, router],
  );
  return { send, isBeginning, problem };
}
