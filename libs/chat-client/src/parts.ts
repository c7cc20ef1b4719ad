import type { Part, PartKind } from '@chatbox/contracts';

/** Text that can be appended to: what a generation has produced so far. */
export interface Produced {
  attempt: number;
  position: number;
  parts: Part[];
}

export const plainText = (parts: readonly Part[]): string =>
  parts.reduce((text, part) => (part.kind === 'text' ? text + part.text : text), '');

/** Every character `position` counts, whatever the kind of its part. */
export const allText = (parts: readonly Part[]): string => parts.reduce((text, part) => text + part.text, '');

/** Keeps the identity of the parts that did not change, so that a renderer can skip them. */
export function appendText(parts: readonly Part[], index: number, kind: PartKind, text: string): Part[] {
  const next = [...parts];
  while (next.length < index) next.push({ kind: 'text', text: '' });
  const present = next[index];
  next[index] = present ? { ...present, text: present.text + text } : { kind, text };
  return next;
}

export type Fit = { fits: 'append'; text: string } | { fits: 'known' } | { fits: 'hole' };

/** Where a piece that ends at `end` meets text that is `known` long: beyond it, inside it, or across its end. */
export function meet(known: number, end: number, text: string): Fit {
  const start = end - text.length;
  if (start > known) return { fits: 'hole' };
  if (end <= known) return { fits: 'known' };
  return { fits: 'append', text: text.slice(known - start) };
}

/** Negative when `a` is older than `b`. */
export const byProgress = (a: Omit<Produced, 'parts'>, b: Omit<Produced, 'parts'>): number =>
  a.attempt - b.attempt || a.position - b.position;
