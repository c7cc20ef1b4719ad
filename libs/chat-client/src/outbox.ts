import type { Accepted, SendMessage } from '@chatbox/contracts';
import { backoff } from './backoff.ts';
import { ChatError, type ChatErrorCode } from './chat-error.ts';
import { Observable } from './observable.ts';

/** A message a person has sent and the server has not acknowledged yet. */
export interface OutboxItem extends SendMessage {
  conversationId: string;
  /** The conversation is not known to be on the server yet: it is made first, under the id that was chosen here. */
  begins?: true | undefined;
  createdAt: string;
  /** `failed`: the server refused it; only `retry` or `discard` moves it. */
  state: 'queued' | 'sending' | 'failed';
  problem?: { code: ChatErrorCode; detail: string; retry: boolean };
}

/** localStorage fits. One key an item, so that two tabs never write over each other. */
export type OutboxStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export interface OutboxOptions {
  send: (item: OutboxItem) => Promise<Accepted>;
  onAccepted: (item: OutboxItem, accepted: Accepted) => void;
  /** Resolves when the conversation may have become free, or when `signal` fires. */
  untilFree: (conversationId: string, signal: AbortSignal) => Promise<unknown>;
  storage?: OutboxStorage;
  /** Whose messages these are: another account on the same machine never sends them. */
  account?: string;
  random?: () => number;
}

const PREFIX = 'chatbox.outbox';
/** After so many refusals that might pass, a person decides. A missing network is waited for without a limit. */
const MAX_REFUSALS = 6;
const BUSY_MILLISECONDS = 5_000;

/**
 * Sends in order, one at a time per conversation, until each message is acknowledged or refused for good. A repeat
 * carries the same clientMessageId and is therefore the same message. While a branch is being answered
 * (`generation.busy`) the next message waits for the end of the answer and then goes by itself.
 */
export class Outbox {
  readonly items = new Observable<readonly OutboxItem[]>([]);
  private readonly pumping = new Set<string>();
  private readonly wakers = new Set<() => void>();
  private closed = false;

  constructor(private readonly options: OutboxOptions) {}

  /** Takes up what a former page left behind. */
  open(): void {
    this.closed = false;
    const kept = this.stored();
    const known = new Set(this.items.getSnapshot().map((item) => item.clientMessageId));
    this.items.set([...this.items.getSnapshot(), ...kept.filter((item) => !known.has(item.clientMessageId))]);
    for (const item of this.items.getSnapshot()) void this.pump(item.conversationId);
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  add(item: Omit<OutboxItem, 'state' | 'createdAt'>): OutboxItem {
    const whole: OutboxItem = { ...item, createdAt: new Date().toISOString(), state: 'queued' };
    this.put(whole);
    void this.pump(whole.conversationId);
    return whole;
  }

  retry(clientMessageId: string): void {
    const item = this.find(clientMessageId);
    if (item?.state !== 'failed') return;
    this.put({ ...item, state: 'queued', problem: undefined });
    void this.pump(item.conversationId);
  }

  discard(clientMessageId: string): void {
    this.remove(clientMessageId);
    this.wake();
  }

  /** The server has the conversation now. */
  begun(conversationId: string): void {
    for (const item of this.items.getSnapshot()) {
      if (item.conversationId === conversationId && item.begins) this.put({ ...item, begins: undefined });
    }
  }

  /** The network may be back. */
  wake(): void {
    for (const waker of [...this.wakers]) waker();
  }

  private async pump(conversationId: string): Promise<void> {
    if (this.pumping.has(conversationId)) return;
    this.pumping.add(conversationId);
    let refusals = 0;
    let tries = 0;
    try {
      for (;;) {
        const item = this.next(conversationId);
        if (!item || this.closed) return;
        this.put({ ...item, state: 'sending' });
        try {
          const accepted = await this.options.send(item);
          refusals = 0;
          tries = 0;
          this.options.onAccepted(item, accepted);
          this.remove(item.clientMessageId);
        } catch (error) {
          const reason = ChatError.from(error);
          if (!this.find(item.clientMessageId)) continue;
          if (reason.code === 'generation.busy') {
            this.put({ ...item, state: 'queued' });
            await this.pause(BUSY_MILLISECONDS, (signal) => this.options.untilFree(conversationId, signal));
            continue;
          }
          const waitsForLogin = reason.code === 'auth.required' || reason.code === 'auth.token_expired';
          if (reason.code !== 'network' && !waitsForLogin) refusals += 1;
          if ((!reason.retry && !waitsForLogin) || refusals >= MAX_REFUSALS) {
            const problem = { code: reason.code, detail: reason.message, retry: reason.retry };
            this.put({ ...item, state: 'failed', problem });
            refusals = 0;
            tries = 0;
            continue;
          }
          this.put({ ...item, state: 'queued' });
          const asked = (reason.problem?.retryAfterSeconds ?? 0) * 1000;
          await this.pause(Math.max(asked, backoff(tries++, this.options.random)));
        }
      }
    } finally {
      this.pumping.delete(conversationId);
    }
  }

  private pause(milliseconds: number, until?: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const over = new AbortController();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wakers.delete(done);
        over.abort();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.wakers.add(done);
      until?.(over.signal).then(done, () => undefined);
    });
  }

  private next = (conversationId: string) =>
    this.items.getSnapshot().find((item) => item.conversationId === conversationId && item.state !== 'failed');

  private find = (clientMessageId: string) =>
    this.items.getSnapshot().find((item) => item.clientMessageId === clientMessageId);

  private put(item: OutboxItem): void {
    const items = this.items.getSnapshot();
    const at = items.findIndex((present) => present.clientMessageId === item.clientMessageId);
    this.items.set(at < 0 ? [...items, item] : items.with(at, item));
    try {
      this.options.storage?.setItem(this.key(item.clientMessageId), JSON.stringify(item));
    } catch {
      // A full or forbidden storage only costs survival of a reload; the message itself is still sent from memory.
    }
  }

  private remove(clientMessageId: string): void {
    this.items.set(this.items.getSnapshot().filter((item) => item.clientMessageId !== clientMessageId));
    this.options.storage?.removeItem(this.key(clientMessageId));
  }

  private key = (clientMessageId: string) => `${PREFIX}.${this.options.account ?? ''}.${clientMessageId}`;

  private stored(): OutboxItem[] {
    const storage = this.options.storage;
    if (!storage) return [];
    const prefix = this.key('');
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    const items = keys.flatMap((key) => (key?.startsWith(prefix) ? parseItem(storage.getItem(key)) : []));
    return items.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }
}

function parseItem(json: string | null): OutboxItem[] {
  try {
    const item = JSON.parse(json ?? 'null') as OutboxItem | null;
    if (typeof item?.clientMessageId !== 'string' || typeof item.conversationId !== 'string') return [];
    return [{ ...item, state: item.state === 'failed' ? 'failed' : 'queued' }];
  } catch {
    return [];
  }
}
