'use client';

import type { Conversation } from '@chatbox/contracts';
import { PanelLeft, Search, SquarePen } from 'lucide-react';
import Link from 'next/link';
import { Mark } from '@/components/mark';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { printed } from '@/lib/shortcuts';
import { useApple } from '@/lib/use-apple';
import { ConversationList } from './conversation-list';
import { UserMenu } from './user-menu';

interface Props {
  currentId: string | undefined;
  onNewChat: () => void;
  onSearch: () => void;
  onShortcuts: () => void;
  onClose: () => void;
  /** A conversation was chosen: a drawer closes. */
  onOpen: () => void;
  onRemove: (conversation: Conversation) => void;
}

export function SideList({ currentId, onNewChat, onSearch, onShortcuts, onClose, onOpen, onRemove }: Props) {
  const apple = useApple();
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center justify-between pr-2.5 pl-4">
        <Link href="/" onClick={onOpen} className="flex items-center gap-2 rounded-md font-semibold tracking-tight">
          <Mark className="size-6" />
          Chatbox
        </Link>
        <IconButton label="Close the list" keys={printed('list', apple)} onClick={onClose}>
          <PanelLeft />
        </IconButton>
      </div>
      <div className="flex flex-col gap-px px-2 pb-3">
        <Button variant="ghost" className="touch-target justify-start gap-2.5 px-2.5 font-normal" onClick={onNewChat}>
          <SquarePen className="text-accent" />
          New chat
          <span aria-hidden className="ml-auto hidden text-xs text-muted-foreground md:inline">
            {printed('newChat', apple)}
          </span>
        </Button>
        <Button variant="ghost" className="touch-target justify-start gap-2.5 px-2.5 font-normal" onClick={onSearch}>
          <Search className="text-muted-foreground" />
          Search
          <span aria-hidden className="ml-auto hidden text-xs text-muted-foreground md:inline">
            {printed('palette', apple)}
          </span>
        </Button>
      </div>
      <nav aria-label="Conversations" className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2">
        <ConversationList currentId={currentId} onOpen={onOpen} onRemove={onRemove} />
      </nav>
      <div className="shrink-0 border-t p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <UserMenu onShortcuts={onShortcuts} />
      </div>
    </div>
  );
}
