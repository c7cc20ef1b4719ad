'use client';

import { MessageSquare } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import { useState } from 'react';
import { usePreferences } from '@/components/preferences';
import { Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList } from '@/components/ui/command';
import { SCRIM } from '@/components/ui/dialog';
import { titleOf, useConversations } from '@/lib/conversations';
import { useMe } from '@/lib/me';
import { printed } from '@/lib/shortcuts';
import { useApple } from '@/lib/use-apple';
import { actionsFor, type Entry, type Surroundings } from './actions';
import { ranked } from './rank';

const MOST_SHOWN = 50;

interface Props extends Pick<Surroundings, 'onNewChat' | 'onToggleList' | 'onShortcuts'> {
  onClose: () => void;
}

export function Palette({ onClose, ...surroundings }: Props) {
  const router = useRouter();
  const apple = useApple();
  const { change } = usePreferences();
  const { data: me } = useMe();
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useConversations();
  const [typed, setTyped] = useState('');
  const go = (path: string): void => router.push(path);

  const actions = actionsFor({ ...surroundings, go, change, role: me?.role });
  const conversations = (data?.pages ?? []).flatMap(({ items }) =>
    items.map((conversation): Entry => {
      const act = (): void => go(`/c/${conversation.id}`);
      return { id: conversation.id, name: titleOf(conversation), hints: [], icon: MessageSquare, act };
    }),
  );
  const found = ranked([...actions, ...conversations], typed).slice(0, MOST_SHOWN);

  function show({ id, name, icon: Icon, shortcut, act }: Entry) {
    const onSelect = (): void => {
      onClose();
      act();
    };
    return (
      <CommandItem key={id} value={id} onSelect={onSelect}>
        <Icon />
        <span className="truncate">{name}</span>
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
          <Command loop shouldFilter={false}>
            <CommandInput
              value={typed}
              onValueChange={setTyped}
              placeholder="Search conversations, or type what to do"
            />
            <CommandList className="max-h-[min(26rem,60dvh)]">
              {typed.trim() ? (
                found.map(show)
              ) : (
                <>
                  <CommandGroup heading="Actions">{actions.map(show)}</CommandGroup>
                  {conversations.length > 0 ? (
                    <CommandGroup heading="Conversations">{conversations.slice(0, MOST_SHOWN).map(show)}</CommandGroup>
                  ) : null}
                </>
              )}
              {typed.trim() && found.length === 0 ? <CommandEmpty>Nothing has this in its title.</CommandEmpty> : null}
              {typed.trim() && hasNextPage ? (
                <CommandItem value="older" disabled={isFetchingNextPage} onSelect={() => void fetchNextPage()}>
                  <MessageSquare />
                  Look through older conversations too
                </CommandItem>
              ) : null}
            </CommandList>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
