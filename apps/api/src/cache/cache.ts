import type { CacheStatistics } from '@chatbox/contracts';

/** Names one answer that is kept: the same name is the same question, whoever asks. */
export interface Kept {
  /** What is asked, from the general to the particular: `connections`, `conversations/ID`. No `*`, `#` or `@`. */
  readonly key: string;
  /** Of the form of the value. Another version is another value, so replicas of two releases live side by side. */
  readonly version: number;
  /** Under which it can be forgotten together with others; every one who asks or forgets names the same. */
  readonly tags?: readonly string[];
  /** Longest age, in both tiers. CACHE_TTL_SECONDS where it is not given; few where a lost hint would matter. */
  readonly seconds?: number;
  /** How long after that it still serves while the database is away. Not at all where it is not given. */
  readonly graceSeconds?: number;
  /** Kept by each replica for itself: for what must not be believed of a server that others might write to. */
  readonly tier?: 'memory';
}

/**
 * Keeps answers that cost something to find: in this replica's own memory and, where there are several replicas, in one
 * that they share. It is never the truth. Any value may be gone at any moment, and none is older than its time.
 *
 * - Values are JSON: `null`, `0`, `false` and empty ones are values like any other, and everybody gets a copy. What JSON does not
 *   know, such as a `Date`, is text for all who ask, the first one included.
 * - Call `forget…` after the commit. Once it has resolved nobody on this replica is given what was read before it was
 *   called, also not by a reading that was under way; on other replicas nobody is once the hint has arrived. A hint that was
 *   lost costs the value's time; a replica that knows that it hears no hints keeps nothing for longer than a second.
 * - Without the shared memory everything is slower, and no call fails because of it.
 */
export abstract class Cache {
  /** Asks `find` once for all who ask here meanwhile. Its failure is theirs, as it is, and is not kept. */
  abstract remember<T>(kept: Kept, find: () => Promise<T>): Promise<T>;
  /** All versions of it. */
  abstract forget(kept: Pick<Kept, 'key' | 'tags'>): Promise<void>;
  abstract forgetTagged(tag: string): Promise<void>;
  /** `*` in it stands for any text; for instance `conversations/*`. */
  abstract forgetLike(pattern: string): Promise<void>;
  /** Of this replica, and of the memory that all share. */
  abstract statistics(): Promise<CacheStatistics>;
}

/** Tag of everything that was read from the settings of the installation, by whichever room. */
export const OF_SETTINGS = 'settings';
