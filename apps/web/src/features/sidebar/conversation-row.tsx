'use client';

import type { Conversation } from '@chatbox/contracts';
import { Ellipsis } from 'lucide-react';
import Link from 'next/link';
import { type KeyboardEvent, memo, useRef, useState } from 'react';
import { lazyMenu } from '@/components/lazy-menu';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';
import { titleOf } from '@/lib/conversations';
import { TitleField } from './title-field';

const ConversationActions = lazyMenu<{ onRename: () => void; onRemove: () => void }>(() =>
  import('./conversation-actions').then((module) => module.ConversationActions),
);

interface Props {
  conversation: Conversation;
  isCurrent: boolean;
  onOpen: () => void;
  onRename: (conversation: Conversation, title: string) => void;
  onRemove: (conversation: Conversation) => void;
}

export const ConversationRow = memo(function ConversationRow({
  conversation,
  isCurrent,
  onOpen,
  onRename,
  onRemove,
}: Props) {
  const [isRenaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const title = titleOf(conversation);

  function endRenaming(next: string | null): void {
    setRenaming(false);
    requestAnimationFrame(() => link.current?.focus());
    if (next && next !== conversation.title) onRename(conversation, next);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'F2') setRenaming(true);
    else if (event.key === 'Delete') onRemove(conversation);
    else return;
    event.preventDefault();
  }

  if (isRenaming) {
    return (
      <li>
        <TitleField title={conversation.title ?? ''} onDone={endRenaming} />
      </li>
    );
  }
  return (
    <li
      className={cn(
        'group relative flex items-center rounded-md transition-colors hover:bg-hover focus-within:bg-hover',
        isCurrent && 'bg-selected hover:bg-selected focus-within:bg-selected',
      )}
    >
      <Link
        ref={link}
        href={`/c/${conversation.id}`}
        prefetch={false}
        aria-current={isCurrent ? 'page' : undefined}
        onClick={onOpen}
        onDoubleClick={() => setRenaming(true)}
        onKeyDown={onKeyDown}
        className="min-w-0 flex-1 rounded-md px-2.5 py-1.5 pointer-coarse:py-3"
      >
        <span
          className={cn(
            'block truncate group-focus-within:pr-6 group-hover:pr-6 pointer-coarse:pr-9',
            conversation.title === null && 'text-muted-foreground',
          )}
        >
          {title}
        </span>
      </Link>
      <ConversationActions
        onRename={() => setRenaming(true)}
        onRemove={() => onRemove(conversation)}
        trigger={
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Actions for ${title}`}
            className="absolute right-0.5 size-7 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100 data-[state=open]:opacity-100"
          >
            <Ellipsis />
          </Button>
        }
      />
    </li>
  );
});
