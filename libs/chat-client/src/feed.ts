import type { Accepted, Place, ServerEvent, SubscribeAck } from '@chatbox/contracts';
import { backoff } from './backoff.ts';
import { activePath, childrenOf, latestDescendant } from './branch.ts';
import { ChatError } from './chat-error.ts';
import type { Connection } from './connection.ts';
import {
  type Asks,
  emptyFeed,
  type FeedEvent,
  type FeedState,
  isConversationBehind,
  placesOf,
  reduceFeed,
} from './feed-state.ts';
import { emptyView, entriesOf, type FeedView, runningOf } from './feed-view.ts';
import { Observable } from './observable.ts';
import type { Outbox, OutboxItem } from './outbox.ts';
import { pause, persist } from './persist.ts';
import type { Rest } from './rest.ts';
import { newId } from './uuid.ts';

const PAGE = 50;
/** Small enough to be drawn between two frames of a scroll. */
const OLDER_PAGE = 30;
const LARGEST_PAGE = 200;
/** A page holds the messages of all branches; the one that is shown may need several to fill a screen. */
const ENOUGH_ENTRIES = 20;
const MAX_PAGES_AT_START = 20;
/** Text in between is shown together: a screen full of Markdown costs more than a frame of the network. */
const SHOWN_EVERY_MILLISECONDS = 40;

export interface FeedOptions {
  conversationId: string;
  rest: Rest;
  connection: Connection;
  outbox: Outbox;
}

/** One conversation, live: pages, frames and unsent messages as one list. */
export class Feed {
  readonly view = new Observable<FeedView>(emptyView);
  readonly conversationId: string;
  private state: FeedState = emptyFeed();
  private leafId: string | null = null;
  private status: FeedView['status'] = 'loading';
  private error: ChatError | undefined;
  private running = new Set<keyof Asks | 'start' | 'older'>();
  private choosing = 0;
  /** There is another socket than the one by which the beginning was read. */
  private cameBack = false;
  private started = false;
  private exists = false;
  private publishTimer: ReturnType<typeof setTimeout> | undefined;
  private publishedAt = 0;
  private leaveOutbox: (() => void) | undefined;

  constructor(private readonly options: FeedOptions) {
    this.conversationId = options.conversationId;
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    this.leaveOutbox = this.options.outbox.items.subscribe(() => this.publish());
    this.publish();
    void this.reload();
  }

  close(): void {
    this.started = false;
    this.leaveOutbox?.();
    if (!this.isOnline()) return;
    const frame = { type: 'unsubscribe', conversationId: this.conversationId } as const;
    this.options.connection.request(frame).catch(() => undefined);
  }

  /** Reads the conversation from the beginning; tries again by itself while the server cannot be reached. */
  async reload(): Promise<void> {
    if (this.running.has('start')) return;
    if (this.isUnborn()) return this.become('ready');
    this.running.add('start');
    for (let tries = 0; this.started; tries++) {
      const existed = this.exists;
      try {
        await this.readAll();
        this.exists = true;
        this.become('ready');
        break;
      } catch (error) {
        const reason = ChatError.from(error);
        if (!reason.retry) {
          const isMissing = reason.code === 'conversation.not_found';
          // What is not there yet, or has come while its absence was on the way here, is not missing.
          if (isMissing && this.exists && !existed) continue;
          if (isMissing && this.isUnborn()) this.become('ready');
          else this.become(isMissing ? 'missing' : 'failed', reason);
          break;
        }
        if (tries > 2) this.become(this.state.order.length > 0 ? 'ready' : 'failed', reason);
        await pause(backoff(tries + 1));
      }
    }
    this.running.delete('start');
    this.settleAsks();
  }

  /** True when there was something older to read. */
  async loadOlder(limit = OLDER_PAGE): Promise<boolean> {
    const before = this.state.olderCursor;
    if (typeof before !== 'string' || this.running.has('older')) return false;
    this.running.add('older');
    try {
      const page = await this.options.rest.call('messages.list', {
        id: this.conversationId,
        query: { before, limit },
      });
      if (this.state.olderCursor === before) this.dispatch({ type: 'older_page', page });
      return true;
    } finally {
      this.running.delete('older');
    }
  }

  /** At once in the view; delivered as soon as possible. Without `parentId` it follows what is shown last. */
  send(content: string, options: { parentId?: string | null; model?: string } = {}): OutboxItem {
    const last = this.view.getSnapshot().entries.at(-1);
    const parentId = options.parentId !== undefined ? options.parentId : last?.draft ? undefined : last?.message.id;
    const item = { clientMessageId: newId(), conversationId: this.conversationId, content };
    const begins = this.isUnborn() ? { begins: true as const } : {};
    return this.options.outbox.add({ ...item, ...begins, parentId, model: options.model });
  }

  /** A new version beside a message of one's own, answered as a branch of its own. */
  edit(messageId: string, content: string, options: { model?: string } = {}): OutboxItem {
    const message = this.state.rows.get(messageId);
    if (!message) throw new ChatError('message.not_found', 'The message is not there any more', false);
    return this.send(content, { ...options, parentId: message.parentId });
  }

  async regenerate(messageId: string, options: { model?: string } = {}): Promise<Accepted> {
    const body = options.model === undefined ? {} : { model: options.model };
    const accepted = await this.options.rest.call('messages.regenerate', { id: messageId, body });
    this.accept(accepted, accepted.message.id);
    return accepted;
  }

  /** Resolves when the server has recorded the wish, whichever replica is answering. Repeated while that may help. */
  async stop(generationId: string): Promise<void> {
    await persist(() => this.options.rest.call('generations.stop', { id: generationId }));
  }

  /** Shows the branch that a message is on, here and wherever else the conversation is open. */
  async showBranch(messageId: string): Promise<void> {
    const row = this.state.rows.get(messageId);
    if (!row) return;
    const leaf = latestDescendant(childrenOf(this.state), row);
    this.leafId = leaf.id;
    this.choosing += 1;
    this.publish();
    try {
      const body = { activeLeafId: leaf.id };
      const call = () => this.options.rest.call('conversations.update', { id: this.conversationId, body });
      const conversation = await persist(call);
      this.choosing -= 1;
      this.dispatch({ type: 'conversation', conversation });
    } catch {
      this.choosing -= 1;
    }
  }

  /** From the client: a frame that may concern this conversation. */
  handle(event: ServerEvent): void {
    if (event.type === 'message' && event.message.conversationId !== this.conversationId) return;
    if (event.type === 'conversation' && event.conversation.id !== this.conversationId) return;
    if (event.type === 'conversation_deleted' && event.conversationId === this.conversationId) {
      this.become('missing');
    }
    this.dispatch(event);
  }

  /** From the client: the socket is (again) there. */
  online(): void {
    this.cameBack = true;
    if (!this.started || this.running.has('start') || this.isUnborn()) return;
    if (this.status === 'ready') void this.subscribe();
    else void this.reload();
  }

  /** From the client: the server has the conversation, which was only here until now. */
  begun(): void {
    if (this.exists) return;
    this.exists = true;
    void this.reload();
  }

  accepted(accepted: Accepted): void {
    this.accept(accepted, accepted.message.id);
    if (!this.isOnline()) void this.readLatest();
  }

  private accept(accepted: Accepted, leafId: string): void {
    // An acknowledgement may be late: where another tab has gone on meanwhile, everybody is there.
    const active = this.state.rows.get(this.state.conversation?.activeLeafId ?? '');
    if (!active || active.createdAt <= accepted.message.createdAt) this.leafId = leafId;
    this.dispatch({ type: 'accepted', accepted });
  }

  private async readAll(): Promise<void> {
    const read = this.options.rest.call('conversations.read', { id: this.conversationId });
    this.cameBack = false;
    const subscribed = this.isOnline() ? this.request().catch(() => undefined) : undefined;
    const conversation = await read;
    const ack = await subscribed;
    const revision = Math.max(conversation.revision, ack?.revision ?? 0);
    this.leafId ??= conversation.activeLeafId;
    this.dispatch({ type: 'conversation', conversation });
    await this.readPage(revision);
    for (let pages = 0; pages < MAX_PAGES_AT_START && this.needsMore(); pages++) await this.loadOlder(LARGEST_PAGE);
    // What was subscribed by a socket that was lost meanwhile is not any more.
    if ((!ack || this.cameBack) && this.isOnline())
      this.dispatch({ type: 'subscribed', revision: (await this.request()).revision });
  }

  private needsMore(): boolean {
    if (typeof this.state.olderCursor !== 'string') return false;
    if (this.leafId !== null && !this.state.rows.has(this.leafId)) return true;
    const { path, complete } = activePath(this.state, this.leafId);
    return !complete && path.length < ENOUGH_ENTRIES;
  }

  private async readPage(revision: number): Promise<void> {
    const page = await this.options.rest.call('messages.list', { id: this.conversationId, query: { limit: PAGE } });
    this.dispatch({ type: 'latest_page', page, revision });
  }

  private readLatest = () =>
    this.once('reload', async () => {
      await this.readPage(this.state.heard);
      if (isConversationBehind(this.state)) await this.readConversation();
    });

  private async readConversation(): Promise<void> {
    const conversation = await this.options.rest.call('conversations.read', { id: this.conversationId });
    this.dispatch({ type: 'conversation', conversation });
  }

  private subscribe = () =>
    this.once('resubscribe', async () => {
      const ack = await this.request();
      this.dispatch({ type: 'subscribed', revision: ack.revision });
    });

  private request(): Promise<SubscribeAck> {
    const places = placesOf(this.state);
    return this.options.connection.request<SubscribeAck>({
      type: 'subscribe',
      conversationId: this.conversationId,
      places,
    });
  }

  /** Until it is done: what is missing stays missing until it has been read, whatever else arrives meanwhile. */
  private async once(what: keyof Asks, act: () => Promise<void>): Promise<void> {
    if (this.running.has(what)) return;
    this.running.add(what);
    for (let tries = 1; this.started; tries++) {
      // Before the act: what is asked for from now on may not be in its answer.
      this.state = reduceFeed(this.state, { type: 'asked', what });
      try {
        await act();
        break;
      } catch (error) {
        // A lost socket subscribes again when it is back.
        if (!ChatError.from(error).retry || (what === 'resubscribe' && !this.isOnline())) break;
        await pause(backoff(tries));
      }
    }
    this.running.delete(what);
    this.settleAsks();
  }

  private dispatch(event: FeedEvent): void {
    const before = this.state;
    this.state = reduceFeed(before, event);
    if (this.state === before) return;
    this.followLeaf(before);
    if (event.type === 'delta') this.publishSoon();
    else this.publish();
    this.settleAsks();
  }

  /** Another tab chose a branch: come along, unless this one is choosing itself. */
  private followLeaf(before: FeedState): void {
    const leaf = this.state.conversation?.activeLeafId;
    if (!before.conversation || !leaf || leaf === before.conversation.activeLeafId || this.choosing > 0) return;
    this.leafId = leaf;
  }

  private settleAsks(): void {
    if (!this.started || this.running.has('start')) return;
    if (this.state.asks.resubscribe && this.isOnline()) void this.subscribe();
    if (this.state.asks.reload) void this.readLatest();
  }

  private become(status: FeedView['status'], error?: ChatError): void {
    this.status = status;
    this.error = error;
    this.publish();
  }

  /** At once after a pause, then at a steady pace. */
  private publishSoon(): void {
    if (this.publishTimer !== undefined) return;
    const wait = this.publishedAt + SHOWN_EVERY_MILLISECONDS - Date.now();
    if (wait <= 0) this.publish();
    else this.publishTimer = setTimeout(() => this.publish(), wait);
  }

  private publish(): void {
    clearTimeout(this.publishTimer);
    this.publishTimer = undefined;
    this.publishedAt = Date.now();
    const before = this.view.getSnapshot();
    const items = this.options.outbox.items.getSnapshot().filter((item) => item.conversationId === this.conversationId);
    const entries = entriesOf(this.state, this.shownLeaf(), items, before.entries);
    const next: FeedView = {
      status: this.status,
      ...(this.error ? { error: this.error } : {}),
      conversation: this.state.conversation,
      entries,
      hasOlder: typeof this.state.olderCursor === 'string',
      running: runningOf(entries),
    };
    const keys = ['status', 'error', 'conversation', 'entries', 'hasOlder', 'running'] as const;
    if (keys.some((key) => next[key] !== before[key])) this.view.set(next);
  }

  /** A leaf that has been announced and has not arrived yet does not make the page jump elsewhere. */
  private shownLeaf(): string | null {
    if (this.leafId !== null && this.state.rows.has(this.leafId)) return this.leafId;
    return this.view.getSnapshot().entries.findLast((entry) => !entry.draft)?.message.id ?? null;
  }

  /** Whether asking for it makes sense: what only waits in the outbox is not there yet. */
  isOnServer = (): boolean => this.exists;

  /** Where this reader is in the answers that are being written. */
  places = (): Place[] => placesOf(this.state);

  /** From the client: the conversation has changed this often. */
  seen(revision: number): void {
    this.dispatch({ type: 'subscribed', revision });
  }

  private isUnborn = () =>
    !this.exists &&
    this.options.outbox.items
      .getSnapshot()
      .some(({ conversationId, begins }) => begins && conversationId === this.conversationId);

  private isOnline = () => this.options.connection.state.getSnapshot().status === 'online';
}
