const DAY_MS = 86_400_000;

/** Midnight of the reader's own calendar, as a day number that survives daylight saving. */
const dayOf = (date: Date): number =>
  Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS);

export function dayLabel(date: Date, now: Date, locale?: string): string {
  const age = dayOf(now) - dayOf(date);
  if (age <= 0) return 'Today';
  if (age === 1) return 'Yesterday';
  if (age <= 7) return 'Previous 7 days';
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(locale, sameYear ? { month: 'long' } : { month: 'long', year: 'numeric' }).format(
    date,
  );
}

export interface Group<T> {
  label: string;
  items: T[];
}

/** Runs of items that share a label, in the order given. */
export function groupByDay<T extends { updatedAt: string }>(
  items: readonly T[],
  now: Date,
  locale?: string,
): Group<T>[] {
  const groups: Group<T>[] = [];
  for (const item of items) {
    const label = dayLabel(new Date(item.updatedAt), now, locale);
    const last = groups.at(-1);
    if (last?.label === label) last.items.push(item);
    else groups.push({ label, items: [item] });
  }
  return groups;
}
