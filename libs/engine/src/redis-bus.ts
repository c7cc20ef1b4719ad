import type { Redis } from 'ioredis';
import { Bus } from './bus.ts';
import { asked, RedisAway } from './redis-link.ts';

type OnHint = (hint: string) => void;

const PULSE_MILLISECONDS = 1_000;
/** What may wait to be sent, in characters; beyond it hints are refused, because a carrier that is behind is of no use. */
const MOST_WAITING = 8 * 1024 * 1024;

/**
 * Publish/subscribe of Redis, on two connections: a connection that subscribes can do nothing else. What is subscribed is
 * kept here and asked for again whenever the connection comes back.
 */
export class RedisBus extends Bus {
  private readonly topics = new Map<string, Set<OnHint>>();
  private readonly pulse: NodeJS.Timeout;
  private waiting = 0;
  private live = false;
  private missed = 0;

  /** `prefix` keeps installations apart that share a Redis: its channels know no database numbers. */
  constructor(
    private readonly mouth: Redis,
    private readonly ear: Redis,
    private readonly prefix: string,
  ) {
    super();
    ear.on('message', (channel: string, hint: string) => this.deliver(channel, hint));
    ear.on('ready', () => void this.subscribeAgain());
    ear.on('close', () => {
      this.live = false;
      this.missed += 1;
    });
    // A connection that only listens would not notice that nobody is there any more.
    this.pulse = setInterval(() => {
      if (ear.status === 'ready') ear.ping().catch(() => undefined);
    }, PULSE_MILLISECONDS);
    this.pulse.unref();
  }

  get isLive(): boolean {
    return this.live;
  }

  get gaps(): number {
    return this.missed;
  }

  async publish(topic: string, hint: string): Promise<number> {
    if (this.mouth.status !== 'ready') throw new RedisAway('Redis is away');
    if (this.waiting > MOST_WAITING) throw new RedisAway('Redis does not keep up');
    this.waiting += hint.length;
    try {
      const listening = await asked(this.mouth.publish(this.prefix + topic, hint));
      return Math.max(0, listening - (this.topics.has(this.prefix + topic) ? 1 : 0));
    } finally {
      this.waiting -= hint.length;
    }
  }

  async subscribe(topic: string, onHint: OnHint): Promise<() => Promise<void>> {
    const channel = this.prefix + topic;
    const own: OnHint = (hint) => onHint(hint);
    const subscribers = this.topics.get(channel) ?? new Set();
    this.topics.set(channel, subscribers.add(own));
    // Also where others are subscribed already: the answer comes after theirs, so it is live when this resolves.
    await this.tell(() => this.ear.subscribe(channel));
    return async () => {
      subscribers.delete(own);
      if (subscribers.size > 0 || this.topics.get(channel) !== subscribers) return;
      this.topics.delete(channel);
      await this.tell(() => this.ear.unsubscribe(channel));
    };
  }

  close(): void {
    clearInterval(this.pulse);
    this.topics.clear();
    this.live = false;
  }

  private async subscribeAgain(): Promise<void> {
    const channels = [...this.topics.keys()];
    if (channels.length > 0) {
      try {
        await this.ear.subscribe(...channels);
      } catch {
        this.ear.disconnect(true);
        return;
      }
    }
    this.live = this.ear.status === 'ready';
    this.missed += 1;
  }

  /** A failure is no loss: the list of topics is told again at the next connection, and one that fails to listen is given up. */
  private async tell(command: () => Promise<unknown>): Promise<void> {
    if (this.ear.status !== 'ready') return;
    await command().catch(() => undefined);
  }

  private deliver(channel: string, hint: string): void {
    for (const onHint of this.topics.get(channel) ?? []) {
      try {
        onHint(hint);
      } catch {
        // The subscriber's own failure; the contract says that it harms nobody else.
      }
    }
  }
}
