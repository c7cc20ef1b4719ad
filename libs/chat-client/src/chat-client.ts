import type { Accepted, End, ServerEvent, StreamEvent } from '@chatbox/contracts';
import { Connection, type ConnectionState } from './connection.ts';
import { Feed } from './feed.ts';
import { type FollowOptions, followGeneration } from './follow.ts';
import { type Watchable, when } from './observable.ts';
import { Outbox, type OutboxItem, type OutboxStorage } from './outbox.ts';
import { Rest } from './rest.ts';
import { newId } from './uuid.ts';
import { WithoutSocket } from './without-socket.ts';

export interface ChatClientOptions {
  /** Origin of the service, for example https://chat.example.com. */
  url: string;
  /** The access token (or API key) of a program. Browsers leave it out: they are known by their cookie. */
  token?: () => Promise<string | undefined>;
  /** Called when the server says the token is over, at most once per try. True: there is a new one. */
  refresh?: () => Promise<boolean>;
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  /** Keeps unsent messages over a reload; localStorage in a browser. */
  storage?: OutboxStorage;
  /** Separates the unsent messages of several accounts in one storage. */
  account?: string;
}

/** How long a closed feed stays warm, so that going back to a conversation shows it at once. */
const LINGER_MILLISECONDS = 60_000;

/** The service, live: one socket, the conversations opened through it, and what is still to be sent. */
export class ChatClient {
  readonly rest: Rest;
  readonly outbox: Outbox;
  readonly connection: Connection;
  private readonly withoutSocket: WithoutSocket;
  private leaveState: (() => void) | undefined;
  private readonly feeds = new Map<string, { feed: Feed; users: number; timer?: ReturnType<typeof setTimeout> }>();
  private readonly listeners = new Set<(event: ServerEvent) => void>();

  constructor(options: ChatClientOptions) {
    const { token, refresh } = options;
    const url = options.url.replace(/\/+$/, '');
    const fetching: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.rest = new Rest({ url, fetch: fetching, token, refresh });
    this.connection = new Connection({
      url,
      WebSocket: options.WebSocket ?? WebSocket,
      token,
      refresh,
      onOnline: () => this.online(),
      onEvent: (event) => this.handle(event),
      isWaiting: () => [...this.feeds.values()].some(({ feed }) => feed.view.getSnapshot().running !== undefined),
      reachable: () =>
        this.rest.call('conversations.list', { query: { limit: 1 } }).then(
          () => true,
          () => false,
        ),
    });
    this.withoutSocket = new WithoutSocket({
      rest: this.rest,
      feeds: () => [...this.feeds.values()].map(({ feed }) => feed),
      onEvent: (event) => this.handle(event),
      onUnreachable: () => this.connection.unreachable(),
    });
    this.outbox = new Outbox({
      send: (item) => this.deliver(item),
      onAccepted: (item, accepted) => this.feeds.get(item.conversationId)?.feed.accepted(accepted),
      untilFree: (conversationId, signal) => this.untilFree(conversationId, signal),
      storage: options.storage,
      account: options.account,
    });
  }

  get state(): Watchable<ConnectionState> {
    return this.connection.state;
  }

  connect(): void {
    this.leaveState ??= this.state.subscribe(() => {
      if (this.state.getSnapshot().status !== 'polling') return this.withoutSocket.stop();
      this.withoutSocket.start();
      this.outbox.wake();
    });
    this.connection.open();
    this.outbox.open();
  }

  close(): void {
    for (const { feed, timer } of this.feeds.values()) {
      clearTimeout(timer);
      feed.close();
    }
    this.feeds.clear();
    this.outbox.close();
    this.connection.close();
    this.leaveState?.();
    this.leaveState = undefined;
    this.withoutSocket.stop();
  }

  /** Every frame that is not an answer to a request. Returns how to leave. */
  onEvent(listener: (event: ServerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * A conversation with its first message, at once and without a word of the server: the message waits in the outbox like any
   * other, and the conversation is made with it. The item names both.
   */
  begin(content: string, options: { model?: string } = {}): OutboxItem {
    const ids = { conversationId: newId(), clientMessageId: newId() };
    return this.outbox.add({ ...ids, content, model: options.model, begins: true });
  }

  /** The feed of a conversation, shared by all who open it. Give it back with `leave`. */
  enter(conversationId: string): Feed {
    const present = this.feeds.get(conversationId);
    if (present) {
      clearTimeout(present.timer);
      present.users += 1;
      return present.feed;
    }
    const feed = new Feed({ conversationId, rest: this.rest, connection: this.connection, outbox: this.outbox });
    this.feeds.set(conversationId, { feed, users: 1 });
    feed.start();
    return feed;
  }

  leave(conversationId: string): void {
    const present = this.feeds.get(conversationId);
    if (!present) return;
    present.users -= 1;
    if (present.users > 0) return;
    present.timer = setTimeout(() => {
      this.feeds.delete(conversationId);
      present.feed.close();
    }, LINGER_MILLISECONDS);
    (present.timer as { unref?: () => void }).unref?.();
  }

  /** The events of one generation over SSE, for programs that want one answer and no socket. */
  follow(generationId: string, options: FollowOptions = {}): AsyncGenerator<StreamEvent, End> {
    return followGeneration(this.rest, generationId, options);
  }

  private online(): void {
    this.outbox.wake();
    for (const { feed } of this.feeds.values()) feed.online();
  }

  private handle(event: ServerEvent): void {
    for (const { feed } of this.feeds.values()) feed.handle(event);
    for (const listener of [...this.listeners]) listener(event);
  }

  /** Both may be repeated: the conversation and the message carry ids that were chosen here. */
  private async deliver(item: OutboxItem): Promise<Accepted> {
    const { conversationId, clientMessageId, content, parentId } = item;
    const model = item.model === undefined ? {} : { model: item.model };
    if (item.begins) {
      const conversation = await this.rest.call('conversations.create', { body: { id: conversationId, ...model } });
      this.outbox.begun(conversationId);
      this.handle({ type: 'conversation', conversation });
      this.feeds.get(conversationId)?.feed.begun();
    }
    return this.rest.call('messages.send', {
      id: conversationId,
      body: { clientMessageId, content, ...(parentId !== undefined && { parentId }), ...model },
    });
  }

  private async untilFree(conversationId: string, signal: AbortSignal): Promise<unknown> {
    const feed = this.feeds.get(conversationId)?.feed;
    if (!feed?.view.getSnapshot().running) return new Promise(() => undefined);
    return when(feed.view, (view) => view.running === undefined, signal);
  }
}
