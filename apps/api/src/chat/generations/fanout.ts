import type { Heartbeat, ServerEvent, StreamEvent } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';

/** What a generation tells; heartbeats belong to a connection and are made there. */
export type GenerationEvent = Exclude<StreamEvent, Heartbeat>;

/** Gets the event and, made once for all watchers, its JSON in UTF-8. Must not throw and must not wait. */
export type Watcher = (event: ServerEvent, json: () => Buffer) => void;

/**
 * Hands events to those of this process who watch: sockets by account and by conversation, SSE readers by generation.
 * Hints only: everything announced here is already durable, and who misses it reads.
 */
@Injectable()
export class Fanout {
  private readonly watchers = new Map<string, Set<Watcher>>();

  watchGeneration(generationId: string, watcher: Watcher): () => void {
    return this.watch(`generation ${generationId}`, watcher);
  }

  watchConversation(conversationId: string, watcher: Watcher): () => void {
    return this.watch(`conversation ${conversationId}`, watcher);
  }

  watchAccount(accountId: string, watcher: Watcher): () => void {
    return this.watch(`account ${accountId}`, watcher);
  }

  toGeneration(conversationId: string, event: GenerationEvent): void {
    const json = once(event);
    this.tell(`generation ${event.generationId}`, event, json);
    this.tell(`conversation ${conversationId}`, event, json);
  }

  toConversation(conversationId: string, event: ServerEvent): void {
    this.tell(`conversation ${conversationId}`, event, once(event));
  }

  toAccount(accountId: string, event: ServerEvent): void {
    this.tell(`account ${accountId}`, event, once(event));
  }

  private watch(key: string, watcher: Watcher): () => void {
    const own: Watcher = (event, json) => watcher(event, json);
    const watchers = this.watchers.get(key) ?? new Set();
    this.watchers.set(key, watchers.add(own));
    return () => {
      watchers.delete(own);
      if (watchers.size === 0 && this.watchers.get(key) === watchers) this.watchers.delete(key);
    };
  }

  private tell(key: string, event: ServerEvent, json: () => Buffer): void {
    for (const watcher of this.watchers.get(key) ?? []) watcher(event, json);
  }
}

function once(event: ServerEvent): () => Buffer {
  let json: Buffer | undefined;
  return () => {
    json ??= Buffer.from(JSON.stringify(event));
    return json;
  };
}
