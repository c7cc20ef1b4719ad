import type { Kept } from './cache.ts';

/** Where a value is kept, whatever its version: the key, and its tags so that they can be looked for. */
export const placeOf = ({ key, tags = [] }: Pick<Kept, 'key' | 'tags'>): string => {
  for (const name of [key, ...tags]) if (!ALLOWED.test(name)) throw new Error('a name that cannot be kept under');
  return tags.length === 0 ? key : `${key}#${tags.toSorted().join('#')}#`;
};

/** What the tiers are asked by. */
export const nameOf = (kept: Kept): string => `${placeOf(kept)}@${kept.version}`;

export const partsOf = (name: string): { place: string; version: string } => {
  const at = name.lastIndexOf('@');
  return { place: name.slice(0, at), version: name.slice(at + 1) };
};

/** For figures: the general part of the key, of which there are few. */
export const kindOf = (name: string): string => /^[^/#@]*/.exec(name)?.[0] ?? '';

export const tagPattern = (tag: string): string => `*#${tag}#*`;
/** A key in a pattern stands for itself with any tags. */
export const keyPatterns = (pattern: string): string[] => [pattern, `${pattern}#*`];

/** Whether a place fits a pattern, in which only `*` has a meaning. */
export const fits = (pattern: string): ((place: string) => boolean) => {
  const source = pattern.split('*').map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 's');
  return (place) => expression.test(place);
};

/** The same for Redis, where more has a meaning. */
export const toGlob = (pattern: string): string => pattern.replace(/[\\?[\]]/g, '\\$&');

const ALLOWED = /^[^*#@\s]{1,200}$/;
