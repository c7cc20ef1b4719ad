'use client';

import type { Conversation } from '@chatbox/contracts';
import { PanelLeft, SquarePen } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { Skeleton } from '@/components/ui/skeleton';
import { cn } from '@/lib/cn';
import { titleOf, useConversation } from '@/lib/conversations';
import { printed } from '@/lib/shortcuts';
import { useApple } from '@/lib/use-apple';
import { ConversationMenu } from './conversation-menu';

interface Props {
  conversationId: string | undefined;
  /** What stands there on pages without a conversation. */
  heading?: string | undefined;
  listOpen: boolean;
  onOpenList: () => void;
  onNewChat: () => void;
  onRemove: (conversation: Conversation) => void;
  /** The line about the connection. */
  children?: ReactNode;
}

export function TopBar({ conversationId, heading, listOpen, onOpenList, onNewChat, onRemove, children }: Props) {
  const apple = useApple();
  const { data: conversation, isPending } = useConversation(conversationId);
  const title = conversation && titleOf(conversation);
  useEffect(() => {
    if (title) document.title = `${title} · Chatbox`;
    else if (!conversationId && !heading) document.title = 'Chatbox';
  }, [title, conversationId, heading]);

  return (
    <header className="relative flex h-14 shrink-0 items-center gap-1 px-2.5 md:px-3">
      <IconButton
        label="Open the list"
        keys={printed('list', apple)}
        onClick={onOpenList}
        className={cn(listOpen && 'md:hidden')}
      >
        <PanelLeft />
      </IconButton>
      <IconButton
        label="New chat"
        keys={printed('newChat', apple)}
        onClick={onNewChat}
        className={cn('hidden md:inline-flex', listOpen && 'md:hidden')}
      >
        <SquarePen />
      </IconButton>
      <div className="flex min-w-0 flex-1 items-center px-1.5">
        {title ? <h1 className="truncate font-medium">{title}</h1> : null}
        {conversationId && isPending ? <Skeleton className="h-4 w-44" /> : null}
        {!conversationId && heading ? <p className="truncate font-medium">{heading}</p> : null}
      </div>
      {conversation ? <ConversationMenu conversation={conversation} onRemove={onRemove} /> : null}
      <IconButton label="New chat" onClick={onNewChat} className="md:hidden">
        <SquarePen />
      </IconButton>
      {children}
    </header>
  );
}
