import { useCallback, useEffect, useState } from 'react';
import { useConversation, useUpdateConversation } from '@/lib/conversations';
import { useModels } from '@/lib/models';

const LAST = 'chatbox.model';

/** The model that answers next: the conversation's own, else the one chosen last, else the default. */
export function useChoice(conversationId: string | null): { modelId: string | null; choose: (id: string) => void } {
  const { data: conversation } = useConversation(conversationId ?? undefined);
  const { data: models } = useModels();
  const { mutate: update } = useUpdateConversation();
  const [last, setLast] = useState<string | null>(null);
  useEffect(() => setLast(localStorage.getItem(LAST)), []);

  const isThere = (id: string | null | undefined) => models?.items.some((model) => model.id === id);
  const fallback = models?.items.find((model) => model.isDefault) ?? models?.items[0];
  const wanted = conversation ? conversation.model : last;
  const modelId = (isThere(wanted) ? wanted : fallback?.id) ?? null;

  const choose = useCallback(
    (id: string) => {
      localStorage.setItem(LAST, id);
      setLast(id);
      if (conversation) update({ conversation, changes: { model: id } });
    },
    [conversation, update],
  );
  return { modelId, choose };
}
