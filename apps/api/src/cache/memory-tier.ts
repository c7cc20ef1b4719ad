import type { CreateDriverResult, L1CacheDriver } from 'bentocache/types';
import { LRUCache } from 'lru-cache';
import { partsOf } from './places.ts';

interface Bounds {
  readonly entries: number;
  readonly bytes: number;
}

/** What this replica keeps for itself: the least recently used goes first. The library's own driver does not show what it holds. */
export class MemoryTier implements L1CacheDriver {
  readonly type = 'l1';
  private readonly kept: LRUCache<string, { version: string; value: string }>;

  /** `mayKeep` says no while something that was forgotten is still being read. */
  constructor(
    readonly bounds: Bounds,
    private readonly mayKeep: (name: string) => boolean,
  ) {
    this.kept = new LRUCache({
      max: bounds.entries,
      maxSize: bounds.bytes,
      maxEntrySize: Math.ceil(bounds.bytes / 4),
      sizeCalculation: ({ value }, place) => Buffer.byteLength(value) + Buffer.byteLength(place) + ENTRY_BYTES,
    });
  }

  get size(): { entries: number; bytes: number } {
    this.kept.purgeStale();
    return { entries: this.kept.size, bytes: this.kept.calculatedSize };
  }

  forgetWhere(matches: (place: string) => boolean): void {
    for (const place of [...this.kept.keys()]) if (matches(place)) this.kept.delete(place);
  }

  get(name: string): string | undefined {
    const { place, version } = partsOf(name);
    const found = this.kept.get(place);
    return found?.version === version ? found.value : undefined;
  }

  set(name: string, value: string, ttl?: number): boolean {
    if (!this.mayKeep(name)) return false;
    const { place, version } = partsOf(name);
    this.kept.set(place, { version, value }, { ttl });
    return true;
  }

  getRemainingTtl(name: string): number {
    return this.kept.getRemainingTTL(partsOf(name).place);
  }

  pull(name: string): string | undefined {
    const value = this.get(name);
    this.delete(name);
    return value;
  }

  delete(name: string): boolean {
    return this.kept.delete(partsOf(name).place);
  }

  deleteMany(names: string[]): boolean {
    return names.map((name) => this.delete(name)).includes(true);
  }

  clear(): void {
    this.kept.clear();
  }

  namespace(): this {
    return this;
  }

  disconnect(): void {
    this.clear();
  }

  /** As the library wants to be given it. */
  asDriver(): CreateDriverResult<L1CacheDriver> {
    return { options: {}, factory: () => this };
  }
}

/** What an entry costs besides its texts, roughly. */
const ENTRY_BYTES = 200;
