import { Bus } from './bus.ts';
import { Engine } from './engine.ts';
import type { LimitStore } from './limit-store.ts';
import { MemoryLimitStore } from './memory-limit-store.ts';

type OnHint = (hint: string) => void;

class MemoryBus extends Bus {
  readonly isLive = true;
  readonly gaps = 0;
  private readonly topics = new Map<string, Set<OnHint>>();

  async publish(topic: string, hint: string): Promise<number> {
    // A copy, and a turn of the event loop later: subscribers of a network driver never run inside publish either.
    const subscribers = [...(this.topics.get(topic) ?? [])];
    if (subscribers.length > 0) setImmediate(deliver, subscribers, hint);
    return 0;
  }

  async subscribe(topic: string, onHint: OnHint): Promise<() => Promise<void>> {
    const own: OnHint = (hint) => onHint(hint);
    const subscribers = this.topics.get(topic) ?? new Set();
    this.topics.set(topic, subscribers.add(own));
    return async () => {
      subscribers.delete(own);
      if (subscribers.size === 0 && this.topics.get(topic) === subscribers) this.topics.delete(topic);
    };
  }
}

function deliver(subscribers: OnHint[], hint: string): void {
  for (const onHint of subscribers) {
    try {
      onHint(hint);
    } catch {
      // The subscriber's own failure; the contract says that it harms nobody else.
    }
  }
}

/** One process: hints and counts stay in it. */
export class MemoryEngine extends Engine {
  readonly bus: Bus = new MemoryBus();
  readonly limits: LimitStore = new MemoryLimitStore();
  readonly nodeId = 'local';
  readonly isShared = false;
  readonly redis = undefined;

  static async open(): Promise<MemoryEngine> {
    return new MemoryEngine();
  }

  async close(): Promise<void> {}
}
