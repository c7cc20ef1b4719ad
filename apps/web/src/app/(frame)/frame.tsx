'use client';

import type { Conversation } from '@chatbox/contracts';
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { usePreferences } from '@/components/preferences';
import { ConnectionLine } from '@/features/connection/connection-line';
import { SideList } from '@/features/sidebar/side-list';
import { TopBar } from '@/features/topbar/top-bar';
import { compose } from '@/lib/compose';
import { conversationIn, conversationPath, NEW_CHAT, showChat } from '@/lib/conversation-path';
import { titleOf, useRemoveConversation, useRestoreConversation } from '@/lib/conversations';
import { useConnection } from '@/lib/live';
import { notifyFailure, notifyUndoable, onFirstNotice } from '@/lib/notify';
import { sayProblem } from '@/lib/problem';
import { useShortcuts } from '@/lib/shortcuts';

const TooltipLayer = dynamic(() => import('@/components/ui/tooltip-layer').then((module) => module.TooltipLayer), {
  ssr: false,
});
const Toaster = dynamic(() => import('@/components/ui/toaster').then((module) => module.Toaster), { ssr: false });
const Drawer = dynamic(() => import('@/components/ui/drawer').then((module) => module.Drawer), { ssr: false });
const Palette = dynamic(() => import('@/features/palette/palette').then((module) => module.Palette), { ssr: false });
const ShortcutsSheet = dynamic(
  () => import('@/features/palette/shortcuts-sheet').then((module) => module.ShortcutsSheet),
  { ssr: false },
);

const WIDE = '(min-width: 48rem)';

function headingOf(pathname: string): string | undefined {
  if (pathname.startsWith('/admin')) return 'Administration';
  return pathname.startsWith('/settings') ? 'Settings' : undefined;
}

/** What stands around every page of a signed-in person: list, top bar, palette, toasts. */
export function Frame({ children }: { children: ReactNode }) {
  const router = useRouter();
  const pathname = usePathname();
  const conversationId = conversationIn(pathname);
  const { preferences, change } = usePreferences();
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null);
  const [hasNotices, setHasNotices] = useState(false);
  useEffect(() => onFirstNotice(() => setHasNotices(true)), []);
  const { status } = useConnection();
  const { mutate: remove } = useRemoveConversation();
  const { mutate: restore } = useRestoreConversation();

  const newChat = useCallback(() => {
    setDrawerOpen(false);
    if (pathname === NEW_CHAT) compose({});
    else if (conversationIn(pathname)) showChat(NEW_CHAT);
    else router.push(NEW_CHAT);
  }, [pathname, router]);

  const onRemove = useCallback(
    (conversation: Conversation) => {
      const wasOpen = conversation.id === conversationId;
      const onError = (error: Error): void => void notifyFailure(sayProblem(error));
      remove(conversation, { onError });
      if (wasOpen) showChat(NEW_CHAT);
      const undo = (): void =>
        restore(conversation, {
          onSuccess: () => wasOpen && router.push(conversationPath(conversation.id)),
          onError,
        });
      void notifyUndoable(`“${titleOf(conversation)}” was deleted`, { label: 'Undo', onClick: undo });
    },
    [conversationId, remove, restore, router],
  );

  function toggleList(): void {
    if (window.matchMedia(WIDE).matches) change({ listOpen: !preferences.listOpen });
    else setDrawerOpen((open) => !open);
  }

  useShortcuts({
    palette: () => setOverlay((open) => (open === 'palette' ? null : 'palette')),
    help: () => setOverlay((open) => (open === 'shortcuts' ? null : 'shortcuts')),
    newChat,
    list: toggleList,
  });

  const list = (
    <SideList
      currentId={conversationId}
      onNewChat={newChat}
      onSearch={() => setOverlay('palette')}
      onShortcuts={() => setOverlay('shortcuts')}
      onClose={toggleList}
      onOpen={() => setDrawerOpen(false)}
      onRemove={onRemove}
    />
  );
  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to the conversation
      </a>
      {preferences.listOpen ? (
        <aside aria-label="Side list" className="hidden w-(--list-width) shrink-0 border-r bg-surface md:block">
          {list}
        </aside>
      ) : null}
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar
          conversationId={conversationId}
          heading={headingOf(pathname)}
          listOpen={preferences.listOpen}
          onOpenList={toggleList}
          onNewChat={newChat}
          onRemove={onRemove}
        >
          <ConnectionLine status={status} />
        </TopBar>
        <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col focus:outline-none">
          {children}
        </main>
      </div>
      {isDrawerOpen ? (
        <Drawer open onOpenChange={setDrawerOpen} title="Conversations">
          {list}
        </Drawer>
      ) : null}
      {overlay === 'palette' ? (
        <Palette
          onClose={() => setOverlay(null)}
          onNewChat={newChat}
          onToggleList={toggleList}
          onShortcuts={() => setOverlay('shortcuts')}
        />
      ) : null}
      {overlay === 'shortcuts' ? <ShortcutsSheet onClose={() => setOverlay(null)} /> : null}
      <TooltipLayer />
      {hasNotices ? <Toaster theme={preferences.theme} /> : null}
    </div>
  );
}
