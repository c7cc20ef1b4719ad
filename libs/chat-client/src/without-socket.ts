import type { ServerEvent } from '@chatbox/contracts';
import { ChatError } from './chat-error.ts';
import type { Feed } from './feed.ts';
import { followGeneration } from './follow.ts';
import { pause } from './persist.ts';
import type { Rest } from './rest.ts';

/** How soon a new answer is followed; costs no request. */
const LOOK_MILLISECONDS = 250;
/** How soon is seen what others did in an open conversation: one small request each. */
const LOOKS_PER_READ = 12;

export interface WithoutSocketOptions {
  rest: Rest;
  feeds: () => Iterable<Feed>;
  onEvent: (event: ServerEvent) => void;
  /** Requests do not arrive either. */
  onUnreachable: () => void;
}

/**
 * Tells what the socket would have told where a proxy lets none through: answers come as server-sent events, and what others
 * change in an open conversation is asked for every few seconds.
 */
export class WithoutSocket {
  private running: AbortController | undefined;
  private readonly followed = new Set<string>();

  constructor(private readonly options: WithoutSocketOptions) {}

  start(): void {
    if (this.running) return;
    this.running = new AbortController();
    void this.run(this.running.signal);
  }

  stop(): void {
    this.running?.abort();
    this.running = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let looks = 0; !signal.aborted; looks++) {
      for (const feed of this.options.feeds()) {
        if (looks % LOOKS_PER_READ === 0) void this.read(feed, signal);
        for (const place of feed.places()) void this.follow(place.generationId, place, signal);
      }
      await pause(LOOK_MILLISECONDS);
    }
  }

  private async read(feed: Feed, signal: AbortSignal): Promise<void> {
    if (!feed.isOnServer()) return;
    try {
      const conversation = await this.options.rest.call('conversations.read', { id: feed.conversationId, signal });
      if (signal.aborted) return;
      feed.seen(conversation.revision);
      this.options.onEvent({ type: 'conversation', conversation });
    } catch (error) {
      const { code } = ChatError.from(error);
      if (signal.aborted) return;
      if (code === 'network') this.options.onUnreachable();
      if (code === 'conversation.not_found') {
        this.options.onEvent({ type: 'conversation_deleted', conversationId: feed.conversationId });
      }
    }
  }

  private async follow(id: string, at: { attempt: number; position: number }, signal: AbortSignal): Promise<void> {
    if (this.followed.has(id)) return;
    this.followed.add(id);
    try {
      const lastEventId = `${at.attempt}.${at.position}`;
      for await (const event of followGeneration(this.options.rest, id, { lastEventId, signal })) {
        if (event.type !== 'heartbeat') this.options.onEvent(event);
      }
    } catch {
      // It is looked at again as long as it is running and there is no socket.
    } finally {
      this.followed.delete(id);
    }
  }
}
