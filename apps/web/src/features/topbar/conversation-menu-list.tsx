'use client';

import type { Conversation } from '@chatbox/contracts';
import { Pencil, ScrollText, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { sayCost, sayTokens } from '@/lib/say';

interface Props {
  trigger: ReactNode;
  conversation: Conversation;
  onRename: () => void;
  onPrompt: () => void;
  onRemove: () => void;
}

export function ConversationMenuList({ trigger, conversation, onRename, onPrompt, onRemove }: Props) {
  const tokens = conversation.inputTokens + conversation.outputTokens;
  return (
    <DropdownMenu defaultOpen>
      <DropdownMenuTrigger asChild>{trigger}</DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-60">
        <DropdownMenuItem onSelect={onRename}>
          <Pencil />
          Rename
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={onPrompt}>
          <ScrollText />
          System prompt
          {conversation.systemPrompt ? <span className="ml-auto text-xs text-muted-foreground">set</span> : null}
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem danger onSelect={onRemove}>
          <Trash2 />
          Delete
        </DropdownMenuItem>
        {tokens > 0 ? (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuLabel>
              {sayTokens(tokens)} · {sayCost(conversation.costMicros)}
            </DropdownMenuLabel>
          </>
        ) : null}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
