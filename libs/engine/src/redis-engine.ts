import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { Engine } from './engine.ts';
import { parseRedisAddress } from './redis-address.ts';
import { RedisBus } from './redis-bus.ts';
import { RedisLimitStore } from './redis-limit-store.ts';
import { openLink } from './redis-link.ts';

/** How long the opening waits for Redis before it goes on without. */
const PATIENCE_MILLISECONDS = 3_000;
const AGAIN_MILLISECONDS = 100;

/** Told when Redis goes away and when it is back, once each; `reason` can be logged. */
export interface Watch {
  away(reason: string): void;
  back(): void;
}

const NOBODY: Watch = { away: () => {}, back: () => {} };

/** Many processes that share a Redis. While Redis is away commands fail at once and hints are lost; it heals by itself. */
export class RedisEngine extends Engine {
  /** A process that starts again is another node: the one before may still believe that it lives. */
  readonly nodeId = `${hostname()}-${randomBytes(4).toString('hex')}`;
  readonly isShared = true;
  readonly bus: RedisBus;
  readonly limits: RedisLimitStore;
  readonly redis: Redis;
  private readonly links: Redis[];
  private isAway = false;
  private closed = false;

  private constructor(Client: typeof Redis, url: string, watch: Watch) {
    super();
    const address = parseRedisAddress(url);
    const link = (role: string, more = {}) => openLink(Client, address, { connectionName: `chatbox-${role}`, ...more });
    const mouth = link('hints-out', { enableAutoPipelining: true });
    const ear = link('hints-in');
    const counts = link('counts');
    this.redis = link('cache', { enableAutoPipelining: true });
    this.links = [mouth, ear, counts, this.redis];
    const prefix = `chatbox:${address.database}:`;
    this.bus = new RedisBus(mouth, ear, prefix);
    this.limits = new RedisLimitStore(counts, prefix);
    for (const one of this.links) {
      one.on('error', (error: Error) => this.noteAway(watch, error.message));
      one.on('close', () => this.noteAway(watch, 'the connection was closed'));
      one.on('ready', () => this.noteBack(watch));
      one.on('end', () => this.connectAgain(one));
    }
  }

  /**
   * Does not fail where Redis is away, because a node without it is slower and not wrong. Throws `RedisAddressError` for a
   * text that is no address.
   */
  static async open(url: string, watch = NOBODY): Promise<RedisEngine> {
    // Who runs alone does without the client.
    const { Redis: Client } = await import('ioredis');
    const engine = new RedisEngine(Client, url, watch);
    const deadline = performance.now() + PATIENCE_MILLISECONDS;
    const isOpen = () => engine.links.every(({ status }) => status === 'ready') && engine.bus.isLive;
    while (!isOpen() && !engine.isAway && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return engine;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.bus.close();
    for (const link of this.links) link.disconnect();
  }

  /** The client gives a connection up for good that is cut off while it asks the sentinels; here none is ever given up. */
  private connectAgain(link: Redis): void {
    if (this.closed) return;
    setTimeout(() => {
      if (!this.closed && link.status === 'end') link.connect().catch(() => undefined);
    }, AGAIN_MILLISECONDS).unref();
  }

  private noteAway(watch: Watch, reason: string): void {
    if (this.isAway || this.closed) return;
    this.isAway = true;
    watch.away(reason || 'it cannot be reached');
  }

  private noteBack(watch: Watch): void {
    if (!this.isAway || !this.links.every(({ status }) => status === 'ready')) return;
    this.isAway = false;
    watch.back();
  }
}
