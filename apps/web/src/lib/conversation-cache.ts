import type { Conversation, Page } from '@chatbox/contracts';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { queryKeys } from './query-keys';

export type ConversationPages = InfiniteData<Page<Conversation>, string | undefined>;

const without = (pages: Page<Conversation>[], id: string): Page<Conversation>[] =>
  pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) }));

/** Puts a conversation where its last change belongs, the latest first; one that is older than what is loaded stays out. */
export function placed(data: ConversationPages, conversation: Conversation): ConversationPages {
  const pages = without(data.pages, conversation.id);
  for (const [index, page] of pages.entries()) {
    const later = page.items.findIndex((item) => item.updatedAt < conversation.updatedAt);
    const isEnd = index === pages.length - 1 && page.nextCursor === null;
    if (later < 0 && !isEnd) continue;
    page.items.splice(later < 0 ? page.items.length : later, 0, conversation);
    break;
  }
  return { ...data, pages };
}

export const dropped = (data: ConversationPages, id: string): ConversationPages => ({
  ...data,
  pages: without(data.pages, id),
});

/** An older answer that arrives late must not undo a newer one. */
const isOutdated = (known: Conversation | undefined, next: Conversation): boolean =>
  known !== undefined && known.revision > next.revision;

export function putConversation(client: QueryClient, conversation: Conversation): void {
  if (isOutdated(client.getQueryData(queryKeys.conversation(conversation.id)), conversation)) return;
  client.setQueryData(queryKeys.conversation(conversation.id), conversation);
  client.setQueryData<ConversationPages>(queryKeys.conversations, (data) => data && placed(data, conversation));
}

/** The conversation leaves the list; what is known of it otherwise stays, so that an undo shows it at once. */
export function dropConversation(client: QueryClient, id: string): void {
  client.setQueryData<ConversationPages>(queryKeys.conversations, (data) => data && dropped(data, id));
}
