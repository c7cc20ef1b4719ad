import { randomUUID } from 'node:crypto';
import type { Engine } from '@chatbox/engine';
import type { CreateDriverResult, L2CacheDriver } from 'bentocache/types';
import { commandStep } from '../engine/traced-engine.ts';
import type { Tracing } from '../metrics/tracing/tracing.ts';
import { partsOf, toGlob } from './places.ts';

type Redis = NonNullable<Engine['redis']>;

/** Writes what was found, and that it is there, unless anything was forgotten, by anybody, since the looking for it began. */
const KEEP = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + ARGV[4], ARGV[5])
if redis.call('PTTL', KEYS[3]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[3], ARGV[4]) end
return 1`;
const SCAN_COUNT = 1_000;
const EVERYTHING = ['*'];
/** Until what could not be forgotten is tried again; when Redis comes back it is tried at once. */
const AGAIN_MILLISECONDS = 250;

/**
 * What replicas keep together, in Redis: a hash for each place with a field for each version of its value. Beside them stands the
 * **era**, a random text that ends before anything is forgotten. Whoever looks for a value names the era in which the
 * looking began, and what was read in another one is not kept: no clock is compared and no order of messages is assumed.
 * The **list** of places is where tags and patterns are looked for, whatever else the database holds. What is not in it does not
 * count, so that a list that Redis dropped costs a reading and never an old answer.
 *
 * While something that had to be forgotten could not be, this replica uses nothing of it; it forgets everything as soon as
 * Redis is back.
 */
export class SharedTier implements L2CacheDriver {
  readonly type = 'l2';
  private readonly eras = new Map<string, string>();
  private readonly eraKey: string;
  private readonly listKey: string;
  private readonly prefix: string;
  /** How often forgetting has failed, and how many of those are made up for. */
  private owed = 0;
  private settled = 0;
  private catchingUp: Promise<void> | undefined;
  private soon: NodeJS.Timeout | undefined;

  /** `tell` lets the other replicas forget the same; `flightOf` gives another answer once the name was forgotten here. */
  constructor(
    private readonly redis: Redis,
    private readonly tell: (patterns: readonly string[]) => Promise<void>,
    private readonly flightOf: (name: string) => unknown,
    private readonly tracing: Tracing,
  ) {
    this.prefix = `chatbox:${redis.options.db ?? 0}:cache:`;
    this.eraKey = `chatbox:${redis.options.db ?? 0}:cache-era`;
    this.listKey = `chatbox:${redis.options.db ?? 0}:cache-list`;
    redis.on('ready', this.onReady);
  }

  private get behind(): boolean {
    return this.settled !== this.owed;
  }

  private readonly onReady = (): void => {
    if (this.behind) this.catchUp().catch(() => this.catchUpSoon());
  };

  /** Redis may be there all the same, and nothing else may ask for it here while the others believe what is old. */
  private catchUpSoon(): void {
    clearTimeout(this.soon);
    this.soon = setTimeout(this.onReady, AGAIN_MILLISECONDS);
    this.soon.unref();
  }

  async get(name: string): Promise<string | undefined> {
    if (this.behind) await this.catchUp();
    const { place, version } = partsOf(name);
    const flight = this.flightOf(name);
    const [era, isListed, value] = await commandStep(this.tracing, 'HGET', () =>
      Promise.all([
        this.redis.get(this.eraKey),
        this.redis.zscore(this.listKey, place),
        this.redis.hget(this.prefix + place, version),
      ]),
    );
    this.eras.set(name, era ?? (await this.beginEra()));
    // Forgotten here while the answer was on its way: it may be from before.
    return isListed !== null && this.flightOf(name) === flight ? (value ?? undefined) : undefined;
  }

  /** Where Redis has lost it, or never had one. Where it is too full for one, nothing is kept that names it. */
  private async beginEra(): Promise<string> {
    const fresh = randomUUID();
    const [, era] = await Promise.all([
      this.redis.set(this.eraKey, fresh, 'NX').catch(() => null),
      this.redis.get(this.eraKey),
    ]);
    return era ?? fresh;
  }

  async set(name: string, value: string, ttl?: number): Promise<boolean> {
    const era = this.eras.get(name);
    this.eras.delete(name);
    if (era === undefined || this.behind || !ttl) return false;
    const { place, version } = partsOf(name);
    const keys = [this.eraKey, this.prefix + place, this.listKey];
    const kept = await commandStep(this.tracing, 'EVAL', () =>
      this.redis.eval(KEEP, keys.length, ...keys, era, version, value, ttl, place),
    );
    return kept === 1;
  }

  /** The looking for it is over, whatever came of it. */
  done(name: string): void {
    this.eras.delete(name);
  }

  /** Here, and then at the other replicas. Never fails: what cannot be forgotten now is not used, and forgotten later. */
  async forget(patterns: readonly string[]): Promise<void> {
    try {
      await this.erase(patterns);
      await this.tell(patterns);
    } catch {
      this.owed += 1;
      this.catchUpSoon();
    }
  }

  private async erase(patterns: readonly string[]): Promise<void> {
    // Not a new one: a server that is full still takes away.
    await this.redis.unlink(this.eraKey);
    for (const pattern of patterns)
      if (pattern.includes('*')) await this.eraseLike(pattern);
      else await this.erasePlaces([pattern]);
  }

  private async eraseLike(pattern: string): Promise<void> {
    let cursor = '0';
    do {
      const [next, found] = await this.redis.zscan(this.listKey, cursor, 'MATCH', toGlob(pattern), 'COUNT', SCAN_COUNT);
      // Each place is followed by its time.
      const places = found.filter((_, index) => index % 2 === 0);
      if (places.length > 0) await this.erasePlaces(places);
      cursor = next;
    } while (cursor !== '0');
  }

  private async erasePlaces(places: readonly string[]): Promise<void> {
    await Promise.all([
      this.redis.zrem(this.listKey, ...places),
      this.redis.unlink(...places.map((place) => this.prefix + place)),
    ]);
  }

  private catchUp(): Promise<void> {
    const { owed } = this;
    this.catchingUp ??= this.erase(EVERYTHING)
      .then(() => this.tell(EVERYTHING))
      .then(() => {
        this.settled = owed;
      })
      .finally(() => {
        this.catchingUp = undefined;
      });
    return this.catchingUp;
  }

  /** Of the server: of all who use it, and everything that is in it. */
  async figures(): Promise<{ clients: number; bytes: number; keys: number }> {
    const [info, keys] = await Promise.all([this.redis.info('clients', 'memory'), this.redis.dbsize()]);
    const figure = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    return { clients: figure('connected_clients'), bytes: figure('used_memory'), keys };
  }

  async pull(name: string): Promise<string | undefined> {
    const value = await this.get(name);
    await this.delete(name);
    return value;
  }

  async delete(name: string): Promise<boolean> {
    await this.forget([partsOf(name).place]);
    return true;
  }

  async deleteMany(names: string[]): Promise<boolean> {
    await this.forget(names.map((name) => partsOf(name).place));
    return true;
  }

  clear(): Promise<void> {
    return this.forget(EVERYTHING);
  }

  namespace(): this {
    return this;
  }

  /** The connection is the engine's, which closes it. */
  async disconnect(): Promise<void> {
    this.redis.off('ready', this.onReady);
    clearTimeout(this.soon);
  }

  asDriver(): CreateDriverResult<L2CacheDriver> {
    return { options: {}, factory: () => this };
  }
}
