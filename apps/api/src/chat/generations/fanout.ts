import type { Heartbeat, ServerEvent, StreamEvent } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { Multimap } from '../../common/multimap.ts';
import { Announcement } from './announcement.ts';

/** What a generation tells; heartbeats belong to a connection and are made there. */
export type GenerationEvent = Exclude<StreamEvent, Heartbeat>;

export interface Watcher {
  /** Must not throw and must not wait. */
  hear(announcement: Announcement): void;
}

/**
 * Hands events to those of this process who watch: sockets by account and by conversation, SSE readers by generation.
 * Hints only: everything announced here is already durable, and who misses it reads.
 */
@Injectable()
export class Fanout {
  readonly generations = new Multimap<Watcher>();
  readonly conversations = new Multimap<Watcher>();
  readonly accounts = new Multimap<Watcher>();

  toGeneration(conversationId: string, event: GenerationEvent): void {
    const announcement = new Announcement(event);
    tell(this.generations, event.generationId, announcement);
    tell(this.conversations, conversationId, announcement);
  }

  toConversation(conversationId: string, event: ServerEvent): void {
    tell(this.conversations, conversationId, new Announcement(event));
  }

  toAccount(accountId: string, event: ServerEvent): void {
    tell(this.accounts, accountId, new Announcement(event));
  }
}

const tell = (watchers: Multimap<Watcher>, id: string, announcement: Announcement): void =>
  watchers.forEach(id, (watcher) => watcher.hear(announcement));
