/** A day as the ledger has it: of UTC, whole; null for what is no day. */
export function startOfUtcDay(day: string): Date | null {
  const moment = startOfDay(day);
  return moment && new Date(`${day}T00:00:00Z`);
}

/** The first moment after that day. */
export function endOfUtcDay(day: string): Date | null {
  const moment = startOfUtcDay(day);
  moment?.setUTCDate(moment.getUTCDate() + 1);
  return moment;
}

/** A day of the reader, from its first moment on; null for what is no day. */
export function startOfDay(day: string): Date | null {
  const moment = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00`) : null;
  return moment && !Number.isNaN(moment.getTime()) ? moment : null;
}

/** The first moment after that day; a day may have 23 or 25 hours. */
export function endOfDay(day: string): Date | null {
  const moment = startOfDay(day);
  moment?.setDate(moment.getDate() + 1);
  return moment;
}
