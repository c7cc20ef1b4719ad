'use client';

import { usePathname } from 'next/navigation';
import { Composer } from '@/features/composer/composer';
import { Start } from '@/features/start/start';
import { Thread } from '@/features/thread/thread';
import { conversationIn } from '@/lib/conversation-path';

/** A conversation, or the place where one begins: the address alone says which, whatever page it was that was loaded. */
export function Chat() {
  const conversationId = conversationIn(usePathname());
  if (conversationId === undefined) {
    return (
      <Start>
        <Composer conversationId={null} />
      </Start>
    );
  }
  return (
    <>
      <Thread key={`thread-${conversationId}`} conversationId={conversationId} />
      <Composer key={`composer-${conversationId}`} conversationId={conversationId} />
    </>
  );
}
