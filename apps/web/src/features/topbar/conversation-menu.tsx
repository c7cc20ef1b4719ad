'use client';

import type { Conversation } from '@chatbox/contracts';
import { Ellipsis, Pencil, ScrollText, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { sayCost, sayTokens } from '@/lib/say';

const RenameDialog = dynamic(() => import('./rename-dialog').then((module) => module.RenameDialog));
const SystemPromptDialog = dynamic(() => import('./system-prompt-dialog').then((module) => module.SystemPromptDialog));

export function ConversationMenu({
  conversation,
  onRemove,
}: {
  conversation: Conversation;
  onRemove: (conversation: Conversation) => void;
}) {
  const [dialog, setDialog] = useState<'rename' | 'prompt' | null>(null);
  const close = (): void => setDialog(null);
  const tokens = conversation.inputTokens + conversation.outputTokens;
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="quiet" size="icon" aria-label="Conversation menu">
            <Ellipsis />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="w-60">
          <DropdownMenuItem onSelect={() => setDialog('rename')}>
            <Pencil />
            Rename
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setDialog('prompt')}>
            <ScrollText />
            System prompt
            {conversation.systemPrompt ? <span className="ml-auto text-xs text-muted-foreground">set</span> : null}
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem danger onSelect={() => onRemove(conversation)}>
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
      {dialog === 'rename' ? <RenameDialog conversation={conversation} onClose={close} /> : null}
      {dialog === 'prompt' ? <SystemPromptDialog conversation={conversation} onClose={close} /> : null}
    </>
  );
}
