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

/** Takes an announcement to the other nodes. Must not throw and must not wait. */
type Carry = (room: 'conversation' | 'account', id: string, announcement: Announcement) => void;

/**
 * Hands events to those of this process who watch: sockets by account and by conversation, SSE readers by generation; and to
 * whoever carries them to the other nodes. Hints only: everything announced here is already durable, and who misses it reads.
 */
@Injectable()
export class Fanout {
  readonly generations = new Multimap<Watcher>();
  readonly conversations = new Multimap<Watcher>();
  readonly accounts = new Multimap<Watcher>();
  private carry: Carry = () => {};

  carriedBy(carry: Carry): void {
    this.carry = carry;
  }

  toGeneration(conversationId: string, event: GenerationEvent): void {
    this.carry('conversation', conversationId, this.generationHere(conversationId, event));
  }

  toConversation(conversationId: string, event: ServerEvent): void {
    this.carry('conversation', conversationId, this.conversationHere(conversationId, event));
  }

  toAccount(accountId: string, event: ServerEvent): void {
    this.carry('account', accountId, this.accountHere(accountId, event));
  }

  /** What other nodes said, or what was read: for this process alone. */
  generationHere(conversationId: string, event: GenerationEvent, except?: ReadonlySet<Watcher>): Announcement {
    const announcement = new Announcement(event);
    tell(this.generations, event.generationId, announcement, except);
    tell(this.conversations, conversationId, announcement, except);
    return announcement;
  }

  conversationHere(conversationId: string, event: ServerEvent): Announcement {
    const announcement = new Announcement(event);
    tell(this.conversations, conversationId, announcement);
    return announcement;
  }

  accountHere(accountId: string, event: ServerEvent): Announcement {
    const announcement = new Announcement(event);
    tell(this.accounts, accountId, announcement);
    return announcement;
  }
}

const tell = (
  watchers: Multimap<Watcher>,
  id: string,
  announcement: Announcement,
  except?: ReadonlySet<Watcher>,
): void =>
  watchers.forEach(id, (watcher) => {
    if (!except?.has(watcher)) watcher.hear(announcement);
  });
