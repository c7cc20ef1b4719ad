'use client';

import {
  Bot,
  Keyboard,
  MessageSquare,
  Monitor,
  Moon,
  PanelLeft,
  Settings,
  SquarePen,
  Sun,
  UserRound,
  UsersRound,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { usePreferences } from '@/components/preferences';
import { Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList } from '@/components/ui/command';
import { SCRIM } from '@/components/ui/dialog';
import { Spinner } from '@/components/ui/spinner';
import { titleOf, useConversations } from '@/lib/conversations';
import { useMe } from '@/lib/me';
import { printed, type Shortcut } from '@/lib/shortcuts';
import { useApple } from '@/lib/use-apple';
import { rank } from './rank';

interface Props {
  onClose: () => void;
  onNewChat: () => void;
  onToggleList: () => void;
  onShortcuts: () => void;
}

export function Palette({ onClose, onNewChat, onToggleList, onShortcuts }: Props) {
  const router = useRouter();
  const apple = useApple();
  const { change } = usePreferences();
  const { data: me } = useMe();
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useConversations();
  const conversations = data?.pages.flatMap(({ items }) => items) ?? [];
  const isOwner = me?.role === 'owner';

  const go = (path: string) => () => router.push(path);

  function action(label: string, icon: ReactNode, act: () => void, words: string[] = [], shortcut?: Shortcut) {
    const onSelect = (): void => {
      onClose();
      act();
    };
    return (
      <CommandItem key={label} value={`action ${label}`} keywords={[label, ...words]} onSelect={onSelect}>
        {icon}
        {label}
        {shortcut ? <span className="ml-auto text-xs text-muted-foreground">{printed(shortcut, apple)}</span> : null}
      </CommandItem>
    );
  }

  return (
    <Radix.Root open onOpenChange={onClose}>
      <Radix.Portal>
        <Radix.Overlay className={SCRIM} />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg bg-raised shadow-popover data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-[0.98]"
        >
          <Radix.Title className="sr-only">Search and act</Radix.Title>
          <Command loop filter={(_value, typed, texts = []) => rank(texts, typed)}>
            <CommandInput placeholder="Search conversations, or type what to do" />
            <CommandList className="max-h-[min(26rem,60dvh)]">
              <CommandEmpty>Nothing has this in its title.</CommandEmpty>
              <CommandGroup heading="Actions">
                {action('New chat', <SquarePen />, onNewChat, ['conversation', 'begin'], 'newChat')}
                {action('Show or hide the list', <PanelLeft />, onToggleList, ['sidebar'], 'list')}
                {action('Settings', <Settings />, go('/settings/profile'), ['preferences', 'options'])}
                {action('Profile and sessions', <UserRound />, go('/settings/profile'), [
                  'name',
                  'account',
                  'sign out',
                ])}
                {isOwner
                  ? action('Models and connections', <Bot />, go('/settings/models'), ['provider', 'key', 'ollama'])
                  : null}
                {isOwner ? action('Invite people', <UsersRound />, go('/settings/people'), ['registration']) : null}
                {action('Light theme', <Sun />, () => change({ theme: 'light' }), ['appearance'])}
                {action('Dark theme', <Moon />, () => change({ theme: 'dark' }), ['appearance', 'night'])}
                {action('Theme like the system', <Monitor />, () => change({ theme: 'system' }), ['appearance'])}
                {action('Keyboard shortcuts', <Keyboard />, onShortcuts, ['help'], 'help')}
              </CommandGroup>
              {conversations.length > 0 ? (
                <CommandGroup heading="Conversations">
                  {conversations.map((conversation) => (
                    <CommandItem
                      key={conversation.id}
                      value={conversation.id}
                      keywords={[titleOf(conversation)]}
                      onSelect={() => {
                        onClose();
                        router.push(`/c/${conversation.id}`);
                      }}
                    >
                      <MessageSquare />
                      <span className="truncate">{titleOf(conversation)}</span>
                    </CommandItem>
                  ))}
                  {hasNextPage ? (
                    <CommandItem
                      value="older conversations"
                      keywords={['Look at older conversations too', 'load more']}
                      disabled={isFetchingNextPage}
                      onSelect={() => void fetchNextPage()}
                    >
                      {isFetchingNextPage ? <Spinner /> : <MessageSquare />}
                      Look at older conversations too
                    </CommandItem>
                  ) : null}
                </CommandGroup>
              ) : null}
            </CommandList>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
