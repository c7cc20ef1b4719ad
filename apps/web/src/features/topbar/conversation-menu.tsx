'use client';

import type { Conversation } from '@chatbox/contracts';
import { Ellipsis } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { lazyMenu } from '@/components/lazy-menu';
import { Button } from '@/components/ui/button';

const RenameDialog = dynamic(() => import('./rename-dialog').then((module) => module.RenameDialog));
const SystemPromptDialog = dynamic(() => import('./system-prompt-dialog').then((module) => module.SystemPromptDialog));
const ConversationMenuList = lazyMenu<{
  conversation: Conversation;
  onRename: () => void;
  onPrompt: () => void;
  onRemove: () => void;
}>(() => import('./conversation-menu-list').then((module) => module.ConversationMenuList));

export function ConversationMenu({
  conversation,
  onRemove,
}: {
  conversation: Conversation;
  onRemove: (conversation: Conversation) => void;
}) {
  const [dialog, setDialog] = useState<'rename' | 'prompt' | null>(null);
  const close = (): void => setDialog(null);
  return (
    <>
      <ConversationMenuList
        conversation={conversation}
        onRename={() => setDialog('rename')}
        onPrompt={() => setDialog('prompt')}
        onRemove={() => onRemove(conversation)}
        trigger={
          <Button variant="quiet" size="icon" aria-label="Conversation menu">
            <Ellipsis />
          </Button>
        }
      />
      {dialog === 'rename' ? <RenameDialog conversation={conversation} onClose={close} /> : null}
      {dialog === 'prompt' ? <SystemPromptDialog conversation={conversation} onClose={close} /> : null}
    </>
  );
}
