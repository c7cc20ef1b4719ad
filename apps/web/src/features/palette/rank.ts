const BEGINS = 1;
const WORD_BEGINS = 0.8;
const CONTAINS = 0.4;
/** Words that only help to find something count less than its name. */
const BY_HINT = 0.5;

function rankText(text: string, wanted: string): number {
  const index = text.indexOf(wanted);
  if (index < 0) return 0;
  if (index === 0) return BEGINS;
  return text.includes(` ${wanted}`) ? WORD_BEGINS : CONTAINS;
}

/** How well an entry answers what was typed, 0 to 1. The first of `texts` is its name, the others are hints. */
export function rank(texts: readonly string[], typed: string): number {
  const wanted = typed.trim().toLowerCase();
  const [name = '', ...hints] = texts.map((text) => text.toLowerCase());
  return Math.max(rankText(name, wanted), ...hints.map((hint) => rankText(hint, wanted) * BY_HINT));
}

/** What answers it at all, the best first; equals stay in their order. */
export const ranked = <T extends { name: string; hints: readonly string[] }>(entries: T[], typed: string): T[] =>
  entries
    .map((entry) => ({ entry, value: rank([entry.name, ...entry.hints], typed) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ entry }) => entry);
