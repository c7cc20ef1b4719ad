import type { CacheStatistics } from '@chatbox/contracts';
import type { Engine } from '@chatbox/engine';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { BentoCache, bentostore, errors } from 'bentocache';
import { isDatabaseAway } from '../common/database-away.ts';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { NoTracing, type Tracing } from '../metrics/tracing/tracing.ts';
import { Cache, type Kept } from './cache.ts';
import { MemoryTier } from './memory-tier.ts';
import { fits, keyPatterns, kindOf, nameOf, partsOf, placeOf, tagPattern } from './places.ts';
import { SharedTier } from './shared-tier.ts';

/** Topic of the hint that something was forgotten. */
const FORGOTTEN = 'cache.forgotten';
/** How long a replica that hears no hints believes its own memory. */
const BELIEVED_MILLISECONDS = 1_000;
/** How long the shared memory is left alone after a failure. */
const REST_MILLISECONDS = 1_000;
const MEGABYTE = 1024 * 1024;

interface Forgotten {
  readonly patterns: readonly string[];
  /** The node that has forgotten it already. */
  readonly by: string;
}

/** One looking for a value, from its beginning to its end. */
interface Flight {
  readonly answer: Promise<unknown>;
  /** Something that it may have read was forgotten meanwhile: its result is for those who already wait, and for nobody else. */
  spoilt: boolean;
}

export type CacheSettings = Pick<Config, 'CACHE_TTL_SECONDS' | 'CACHE_MEMORY_MEGABYTES' | 'CACHE_MEMORY_ENTRIES'>;
type Figures = Pick<Metrics, 'cacheAsked' | 'cacheForgot' | 'cacheSize' | 'redisState' | 'hintLost' | 'beforeReading'>;

/** The cache on `bentocache`: memory in front, and what the engine shares behind it where it shares anything. */
export class TieredCache extends Cache implements OnModuleInit, OnApplicationShutdown {
  private readonly memory: MemoryTier;
  private readonly shared: SharedTier | undefined;
  private readonly tiers: BentoCache<Record<'memory' | 'all', ReturnType<typeof bentostore>>>;
  private readonly flights = new Map<string, Flight>();
  /** The last of each name that was spoilt and has not ended. */
  private readonly spoilt = new Map<string, Flight>();
  private readonly counted = { memory: 0, shared: 0, stale: 0, miss: 0, sharedMiss: 0, forgotten: 0 };
  private gaps: number;
  private emptiedAt = performance.now();
  private leave: () => Promise<void> = async () => {};

  constructor(
    private readonly engine: Engine,
    private readonly settings: CacheSettings,
    private readonly metrics: Figures,
    tracing: Tracing = new NoTracing(),
  ) {
    super();
    this.gaps = engine.bus.gaps;
    const bounds = {
      entries: settings.CACHE_MEMORY_ENTRIES,
      bytes: Math.ceil(settings.CACHE_MEMORY_MEGABYTES * MEGABYTE),
    };
    this.memory = new MemoryTier(bounds, (name) => !this.spoilt.has(name));
    const memory = bentostore().useL1Layer(this.memory.asDriver());
    const all = bentostore().useL1Layer(this.memory.asDriver());
    if (engine.redis) {
      const tell = async (patterns: readonly string[]): Promise<void> => {
        try {
          await engine.bus.publish(FORGOTTEN, JSON.stringify({ patterns, by: engine.nodeId } satisfies Forgotten));
        } catch (error) {
          metrics.hintLost();
          throw error;
        }
      };
      this.shared = new SharedTier(engine.redis, tell, (name) => this.flights.get(name), tracing);
      all.useL2Layer(this.shared.asDriver());
    }
    this.tiers = new BentoCache({
      default: 'all',
      stores: { memory, all },
      prefix: '',
      l2CircuitBreakerDuration: REST_MILLISECONDS,
    });
    this.tiers.on('cache:hit', ({ key, layer, graced }) =>
      this.count(key, graced ? 'stale' : layer === 'l1' ? 'memory' : 'shared'),
    );
    this.tiers.on('cache:miss', ({ key, store }) => {
      this.count(key, 'miss');
      if (store === 'all') this.counted.sharedMiss += 1;
    });
  }

  async onModuleInit(): Promise<void> {
    this.metrics.beforeReading(() => this.metrics.cacheSize(this.memory.size));
    const { shared } = this;
    if (shared)
      this.metrics.beforeReading(async () => {
        // Nobody who reads figures waits for a Redis that is away.
        if (this.engine.bus.isLive) this.metrics.redisState(await shared.figures());
      });
    this.leave = await this.engine.bus.subscribe(FORGOTTEN, (hint) => {
      const { patterns, by }: Forgotten = JSON.parse(hint);
      if (by !== this.engine.nodeId) this.forgetHere(patterns);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.leave();
    await this.tiers.disconnectAll();
  }

  async remember<T>(kept: Kept, find: () => Promise<T>): Promise<T> {
    this.letGoOfWhatIsUncertain();
    const name = nameOf(kept);
    const known = this.flights.get(name);
    // Who joins somebody else's flight gets a copy of their own.
    if (known) return structuredClone(await known.answer) as T;
    const flight: Flight = { spoilt: false, answer: Promise.resolve().then(() => this.look(kept, flight, find)) };
    this.flights.set(name, flight);
    try {
      return (await flight.answer) as T;
    } finally {
      for (const flights of [this.flights, this.spoilt]) if (flights.get(name) === flight) flights.delete(name);
      this.shared?.done(name);
    }
  }

  forget(kept: Pick<Kept, 'key' | 'tags'>): Promise<void> {
    return this.forgetAll([placeOf(kept)]);
  }

  forgetTagged(tag: string): Promise<void> {
    return this.forgetAll([tagPattern(tag)]);
  }

  forgetLike(pattern: string): Promise<void> {
    return this.forgetAll(keyPatterns(pattern));
  }

  async statistics(): Promise<CacheStatistics> {
    const { memory, shared, stale, miss, sharedMiss, forgotten } = this.counted;
    const { bounds, size } = this.memory;
    return {
      memory: {
        ...size,
        maxEntries: bounds.entries,
        maxBytes: bounds.bytes,
        hits: memory,
        misses: shared + stale + miss,
      },
      shared: this.shared ? { ...(await figuresOf(this.shared)), hits: shared, misses: sharedMiss } : null,
      stale,
      forgotten,
    };
  }

  private async look<T>(
    { seconds, graceSeconds = 0, tier, ...kept }: Kept,
    flight: Flight,
    find: () => Promise<T>,
  ): Promise<T> {
    const ttl = (seconds ?? this.settings.CACHE_TTL_SECONDS) * 1_000;
    let beside: { found: T } | { failure: unknown } | undefined;
    try {
      const value = await this.tiers.use(tier ?? 'all').getOrSet<T | undefined>({
        key: nameOf(kept),
        ttl,
        // For the library it includes the time itself.
        grace: graceSeconds > 0 ? ttl + graceSeconds * 1_000 : false,
        // Without this it would answer with the expired value at once and look behind it.
        timeout: null,
        suppressL2Errors: true,
        skipBusNotify: true,
        factory: async ({ skip }) => {
          try {
            const found = asJson(await find());
            if (!flight.spoilt && found !== undefined) return found;
            beside = { found };
          } catch (failure) {
            if (graceSeconds > 0 && isDatabaseAway(failure)) throw failure;
            beside = { failure };
          }
          return skip();
        },
      });
      if (!beside) return value as T;
    } catch (error) {
      throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error;
    }
    if ('failure' in beside) throw beside.failure;
    return beside.found;
  }

  private async forgetAll(patterns: readonly string[]): Promise<void> {
    this.forgetHere(patterns);
    await this.shared?.forget(patterns);
  }

  private forgetHere(patterns: readonly string[]): void {
    this.counted.forgotten += 1;
    this.metrics.cacheForgot();
    const tests = patterns.map(fits);
    const matches = (place: string): boolean => tests.some((test) => test(place));
    for (const [name, flight] of this.flights)
      if (matches(partsOf(name).place)) {
        flight.spoilt = true;
        this.flights.delete(name);
        this.spoilt.set(name, flight);
      }
    this.memory.forgetWhere(matches);
  }

  /** Hints were missed, or may be missed at this moment. */
  private letGoOfWhatIsUncertain(): void {
    const { gaps, isLive } = this.engine.bus;
    const now = performance.now();
    if (gaps === this.gaps && (isLive || now - this.emptiedAt < BELIEVED_MILLISECONDS)) return;
    this.gaps = gaps;
    this.emptiedAt = now;
    this.forgetHere(['*']);
  }

  private count(name: string, tier: 'memory' | 'shared' | 'stale' | 'miss'): void {
    this.counted[tier] += 1;
    this.metrics.cacheAsked(kindOf(name), tier);
  }
}

/** As everybody will get it who finds it kept. */
const asJson = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

const figuresOf = async (shared: SharedTier) => {
  try {
    return { status: 'up' as const, ...(await shared.figures()) };
  } catch {
    return { status: 'away' as const, clients: null, bytes: null, keys: null };
  }
};
