import type { Conversation, Message } from '@chatbox/contracts';
import { activePath, childrenOf, type Siblings, siblingsOf } from './branch.ts';
import type { ChatError } from './chat-error.ts';
import { type FeedState, isRunning } from './feed-state.ts';
import type { OutboxItem } from './outbox.ts';

/** One row of the branch that is shown. The same object until something in it changes. */
export interface FeedEntry {
  /** Stays the same when the server's row takes the place of the draft. */
  key: string;
  message: Message;
  siblings: Siblings;
  /** Set while the message waits for the server's word. */
  draft?: OutboxItem;
}

export interface FeedView {
  /** `missing`: no such conversation, or not ours. `failed`: could not be read; `error` says why, `reload` tries again. */
  status: 'loading' | 'ready' | 'missing' | 'failed';
  error?: ChatError;
  conversation: Conversation | null;
  entries: readonly FeedEntry[];
  hasOlder: boolean;
  /** The answer being written on the branch that is shown. */
  running: Message | undefined;
}

export const emptyView: FeedView = {
  status: 'loading',
  conversation: null,
  entries: [],
  hasOlder: false,
  running: undefined,
};

/** The branch that ends at `leafId`, with the messages that are still on their way at the place where they will be. */
export function entriesOf(
  state: FeedState,
  leafId: string | null,
  outbox: readonly OutboxItem[],
  before: readonly FeedEntry[],
): readonly FeedEntry[] {
  const children = childrenOf(state);
  const sent = new Set([...state.rows.values()].map((row) => row.clientMessageId));
  let entries: FeedEntry[] = activePath(state, leafId).path.map((message) => ({
    key: message.clientMessageId ?? message.id,
    message,
    siblings: siblingsOf(children, message),
  }));
  for (const draft of outbox) {
    if (sent.has(draft.clientMessageId)) continue;
    const last = entries.at(-1)?.message.id ?? null;
    const parentId = draft.parentId === undefined ? last : draft.parentId;
    const at = parentId === null ? 0 : entries.findIndex((entry) => entry.message.id === parentId) + 1;
    if (at === 0 && parentId !== null) continue;
    const ids = [...(children.get(parentId) ?? []).map((row) => row.id), draft.clientMessageId];
    entries = entries.slice(0, at);
    entries.push({
      key: draft.clientMessageId,
      message: draftMessage(draft, parentId),
      siblings: { ids, index: ids.length - 1 },
      draft,
    });
  }
  return reuse(entries, before);
}

export const runningOf = (entries: readonly FeedEntry[]): Message | undefined =>
  entries.findLast((entry) => isRunning(entry.message))?.message;

const draftMessage = (draft: OutboxItem, parentId: string | null): Message => ({
  id: draft.clientMessageId,
  conversationId: draft.conversationId,
  parentId,
  role: 'user',
  content: draft.content,
  parts: [{ kind: 'text', text: draft.content }],
  position: draft.content.length,
  clientMessageId: draft.clientMessageId,
  model: draft.model ?? null,
  generation: null,
  usage: null,
  costMicros: null,
  createdAt: draft.createdAt,
});

function reuse(entries: FeedEntry[], before: readonly FeedEntry[]): readonly FeedEntry[] {
  const known = new Map(before.map((entry) => [entry.key, entry]));
  const next = entries.map((entry) => {
    const old = known.get(entry.key);
    return old && same(old, entry) ? old : entry;
  });
  const unchanged = next.length === before.length && next.every((entry, index) => entry === before[index]);
  return unchanged ? before : next;
}

const same = (a: FeedEntry, b: FeedEntry): boolean =>
  a.draft === b.draft &&
  (a.message === b.message || (b.draft !== undefined && a.message.parentId === b.message.parentId)) &&
  a.siblings.index === b.siblings.index &&
  a.siblings.ids.length === b.siblings.ids.length &&
  a.siblings.ids.every((id, index) => id === b.siblings.ids[index]);
