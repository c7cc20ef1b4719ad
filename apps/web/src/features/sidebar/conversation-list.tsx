'use client';

import type { Conversation } from '@chatbox/contracts';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { useConversations, useUpdateConversation } from '@/lib/conversations';
import { sayProblem } from '@/lib/problem';
import { ConversationRow } from './conversation-row';
import { groupByDay } from './group-by-day';

const WIDTHS = ['w-4/5', 'w-3/5', 'w-11/12', 'w-2/3', 'w-3/4', 'w-1/2'];

function Waiting() {
  return (
    <div role="status" className="flex flex-col gap-1 px-2.5 pt-1">
      <span className="sr-only">Loading conversations</span>
      <Skeleton className="my-2 h-3 w-12" />
      {WIDTHS.map((width) => (
        <div key={width} className="flex h-8 items-center">
          <Skeleton className={`h-3.5 ${width}`} />
        </div>
      ))}
    </div>
  );
}

function Empty() {
  return (
    <div className="px-2.5 pt-3 text-muted-foreground">
      <p className="font-medium text-text">No conversations yet</p>
      <p className="mt-1 text-[0.8125rem]">
        Ask something, such as “Explain DNS as if I were ten”. It will be kept here under its own title.
      </p>
    </div>
  );
}

export function ConversationList({
  currentId,
  onOpen,
  onRemove,
}: {
  currentId: string | undefined;
  onOpen: () => void;
  onRemove: (conversation: Conversation) => void;
}) {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useConversations();
  const { mutate: update } = useUpdateConversation();
  const end = useRef<HTMLDivElement>(null);
  const groups = useMemo(
    () =>
      data &&
      groupByDay(
        data.pages.flatMap(({ items }) => items),
        new Date(),
      ),
    [data],
  );
  const rename = useCallback(
    (conversation: Conversation, title: string) => update({ conversation, changes: { title } }),
    [update],
  );

  useEffect(() => {
    const target = end.current;
    if (!target || !hasNextPage) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting && !isFetchingNextPage) void fetchNextPage();
      },
      { rootMargin: '400px' },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (!groups) {
    if (!error) return <Waiting />;
    return (
      <div className="flex flex-col items-start gap-2 p-1">
        <Notice tone="danger" className="w-full">
          {sayProblem(error)}
        </Notice>
        <Button variant="secondary" size="sm" onClick={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  if (groups.length === 0) return <Empty />;
  return (
    <>
      {groups.map((group) => (
        <section key={group.label} aria-label={group.label} className="pb-3">
          <h2 className="sticky top-0 z-10 bg-surface px-2.5 py-1.5 text-xs text-muted-foreground">{group.label}</h2>
          <ul className="flex flex-col gap-px">
            {group.items.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                isCurrent={conversation.id === currentId}
                onOpen={onOpen}
                onRename={rename}
                onRemove={onRemove}
              />
            ))}
          </ul>
        </section>
      ))}
      <div ref={end} className="h-8">
        {isFetchingNextPage ? <Skeleton className="mx-2.5 h-3.5 w-2/3" /> : null}
      </div>
    </>
  );
}
