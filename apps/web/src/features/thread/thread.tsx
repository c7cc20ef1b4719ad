'use client';

import type { FeedEntry } from '@chatbox/chat-client';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { dropConversation } from '@/lib/conversation-cache';
import { NEW_CHAT, showChat } from '@/lib/conversation-path';
import { onEditLast } from '@/lib/editing';
import { useConnection, useFeed, useLive } from '@/lib/live';
import { notifyFailure } from '@/lib/notify';
import { Announcer } from './announcer';
import { Answer } from './answer';
import { PersonMessage } from './person-message';
import { Missing, ThreadSkeleton } from './placeholders';
import { SCROLLS } from './scrolls';
import { ToEnd } from './to-end';
import { useAnchor } from './use-anchor';
import { useFollowEnd } from './use-follow-end';
import { useOlder } from './use-older';
import { Waiting } from './waiting';

/** Offscreen rows cost nothing until they come near. */
const ROW = 'scroll-mt-6 [contain-intrinsic-size:auto_8rem] [content-visibility:auto]';

/** The messages of one conversation, along the branch that is shown. */
export function Thread({ conversationId }: { conversationId: string }) {
  const client = useLive();
  const queries = useQueryClient();
  const { feed, view } = useFeed(conversationId);
  const { status } = useConnection();
  const [editingId, setEditingId] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const { isFollowing, toEnd } = useFollowEnd(scroller, content);
  const unseen = useUnseen(view.entries, isFollowing);
  useOlder(feed, view, scroller, top);
  useAnchor(view.status === 'ready', scroller);

  const onShowBranch = useCallback((messageId: string) => void feed?.showBranch(messageId), [feed]);
  const onRegenerate = useCallback(
    (messageId: string, model?: string) => {
      toEnd();
      feed?.regenerate(messageId, { model }).catch((error: Error) => notifyFailure(error.message));
    },
    [feed, toEnd],
  );
  const onSendEdit = useCallback(
    (messageId: string, text: string) => {
      feed?.edit(messageId, text);
      setEditingId(null);
      toEnd();
    },
    [feed, toEnd],
  );
  const onRetry = useCallback((id: string) => client?.outbox.retry(id), [client]);
  const onDiscard = useCallback(
    (id: string) => {
      client?.outbox.discard(id);
      // Of a conversation that never began nothing is left.
      const left = feed?.view.getSnapshot();
      if (!left || left.conversation !== null || left.entries.length > 0) return;
      dropConversation(queries, conversationId);
      showChat(NEW_CHAT);
    },
    [client, feed, queries, conversationId],
  );

  const lastOwn = view.entries.findLast((entry) => entry.message.role === 'user' && !entry.draft);
  useEffect(() => onEditLast(() => setEditingId(lastOwn?.message.id ?? null)), [lastOwn?.message.id]);

  const last = view.entries.at(-1);
  // What a person sends is followed to its answer, wherever they were reading.
  const lastDraft = last?.draft?.clientMessageId;
  useEffect(() => {
    if (lastDraft !== undefined) toEnd();
  }, [lastDraft, toEnd]);

  const isAwaited = last?.message.role === 'user' && last.draft?.state !== 'failed' && !(last.draft && isCut(status));
  return (
    <section aria-label="Messages" className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        {...SCROLLS}
        className="h-full overflow-y-auto overscroll-contain focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto flex min-h-full w-full max-w-(--measure) flex-col px-4 pt-6 pb-8 md:px-6">
          <div ref={top} aria-hidden />
          {view.status === 'missing' ? <Missing /> : null}
          {view.status === 'failed' ? (
            <Notice
              tone="danger"
              action={
                <Button variant="secondary" size="sm" onClick={() => void feed?.reload()}>
                  Retry
                </Button>
              }
            >
              {view.error?.message ?? 'The conversation could not be read.'}
            </Notice>
          ) : null}
          {view.status === 'loading' && view.entries.length === 0 ? <ThreadSkeleton /> : null}
          {view.hasOlder ? (
            <p className="py-3 text-center text-xs text-muted-foreground">Loading older messages</p>
          ) : null}
          <div className="flex flex-col gap-2">
            {view.entries.map((entry, index) => (
              <div
                key={entry.key}
                id={`m-${entry.message.id}`}
                className={index < view.entries.length - 2 ? ROW : 'scroll-mt-6'}
              >
                {entry.message.role === 'user' ? (
                  <PersonMessage
                    entry={entry}
                    isEditing={editingId === entry.message.id}
                    isOffline={isCut(status)}
                    onEdit={setEditingId}
                    onSendEdit={onSendEdit}
                    onShowBranch={onShowBranch}
                    onRetry={onRetry}
                    onDiscard={onDiscard}
                  />
                ) : (
                  <Answer
                    entry={entry}
                    isLast={index === view.entries.length - 1}
                    onShowBranch={onShowBranch}
                    onRegenerate={onRegenerate}
                  />
                )}
              </div>
            ))}
            {isAwaited ? <Waiting label={last.draft ? 'Sending' : 'Waiting for an answer'} /> : null}
          </div>
        </div>
      </div>
      <ToEnd isShown={!isFollowing} count={unseen} onClick={toEnd} />
      <Announcer running={view.running} />
    </section>
  );
}

const isCut = (status: string): boolean => status === 'offline' || status === 'reconnecting';

/** Messages that came after the reader let go of the end. */
function useUnseen(entries: readonly FeedEntry[], isFollowing: boolean): number {
  const [seenKey, setSeenKey] = useState<string>();
  const lastKey = entries.at(-1)?.key;
  useEffect(() => {
    if (isFollowing) setSeenKey(lastKey);
  }, [isFollowing, lastKey]);
  if (isFollowing || seenKey === undefined) return 0;
  const seen = entries.findIndex((entry) => entry.key === seenKey);
  return seen < 0 ? 0 : entries.length - 1 - seen;
}
