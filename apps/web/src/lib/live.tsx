'use client';

import { ChatClient, type ConnectionState, type Feed, type FeedView, type OutboxStorage } from '@chatbox/chat-client';
import type { User } from '@chatbox/contracts';
import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { dropConversation, putConversation } from './conversation-cache';
import { useMe } from './me';
import { queryKeys } from './query-keys';
import { refreshSession } from './session';

const Context = createContext<ChatClient | null>(null);

async function refresh(): Promise<boolean> {
  try {
    await refreshSession(Date.now());
    return true;
  } catch {
    return false;
  }
}

/** A browser that forbids storage still chats; only unsent messages do not survive a reload there. */
function storage(): OutboxStorage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

function openClient(me: User): ChatClient {
  return new ChatClient({ url: window.location.origin, refresh, storage: storage(), account: me.id });
}

/** One live connection for the whole page, opened when it is known who is there. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { data: me } = useMe();
  const account = me?.id;
  // Another account is another client: nothing unsent may go out in somebody else's name.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed name is not a changed person
  const client = useMemo(() => (me && typeof window !== 'undefined' ? openClient(me) : null), [account]);

  useEffect(() => {
    if (!client) return;
    const leave = client.onEvent((event) => {
      if (event.type === 'conversation') putConversation(queries, event.conversation);
      if (event.type === 'conversation_deleted') dropConversation(queries, event.conversationId);
    });
    let seen = client.state.getSnapshot().status;
    let wasOnline = false;
    const leaveState = client.state.subscribe(() => {
      const { status, error } = client.state.getSnapshot();
      // What happened in the lists while nobody was listening is not told again.
      if (status === 'online' && wasOnline && seen !== 'online') {
        void queries.invalidateQueries({ queryKey: queryKeys.conversations });
      }
      if (status === 'ended' && error?.code === 'auth.required') {
        void queries.invalidateQueries({ queryKey: queryKeys.me });
      }
      wasOnline ||= status === 'online';
      seen = status;
    });
    client.connect();
    return () => {
      leave();
      leaveState();
      client.close();
    };
  }, [client, queries]);

  return <Context value={client}>{children}</Context>;
}

/** null until it is known who is signed in. */
export const useLive = (): ChatClient | null => useContext(Context);

const never = () => () => undefined;
const LOADING: FeedView = { status: 'loading', conversation: null, entries: [], hasOlder: false, running: undefined };
const loading = () => LOADING;

/** The live state of one conversation. `feed` is null for the first moment of a page. */
export function useFeed(conversationId: string | null): { feed: Feed | null; view: FeedView } {
  const client = useLive();
  const [feed, setFeed] = useState<Feed | null>(null);
  useLayoutEffect(() => {
    if (!client || conversationId === null) return setFeed(null);
    setFeed(client.enter(conversationId));
    return () => client.leave(conversationId);
  }, [client, conversationId]);
  const view = useSyncExternalStore(feed?.view.subscribe ?? never, feed?.view.getSnapshot ?? loading, loading);
  return { feed, view };
}

const STARTING: ConnectionState = { status: 'connecting', attempt: 0 };
const starting = () => STARTING;

export function useConnection(): ConnectionState {
  const client = useLive();
  return useSyncExternalStore(client?.state.subscribe ?? never, client?.state.getSnapshot ?? starting, starting);
}
