/** Numbers, money and moments in the reader's own locale. */

const MICROS_PER_DOLLAR = 1_000_000;

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

export const sayCount = (count: number): string => compact.format(count);

export const sayTokens = (tokens: number): string => `${compact.format(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`;

/** Small sums keep two digits that mean something: $0.0034, not $0.00. */
export function sayCost(micros: number): string {
  const dollars = micros / MICROS_PER_DOLLAR;
  const isSmall = dollars > 0 && dollars < 0.01;
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency: 'USD',
    ...(isSmall ? { maximumSignificantDigits: 2 } : {}),
  }).format(dollars);
}

export const sayDay = (timestamp: string): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(timestamp));

export const sayMoment = (timestamp: string): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(timestamp));

export const sayTime = (timestamp: string): string =>
  new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(timestamp));

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

export function sayAgo(timestamp: string, now = Date.now()): string {
  const seconds = (new Date(timestamp).getTime() - now) / 1000;
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  if (!step) return 'just now';
  const [unit, size] = step;
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

const SECONDS_PER_MINUTE = 60;

export function sayWait(seconds: number): string {
  if (seconds < SECONDS_PER_MINUTE) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const minutes = Math.ceil(seconds / SECONDS_PER_MINUTE);
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}

/** How long something lasted, in its largest unit. */
export function sayLength(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((new Date(to).getTime() - new Date(from).getTime()) / 1000));
  const [unit, size] = STEPS.find(([, size]) => seconds >= size) ?? (['second', 1] as const);
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.round(seconds / size),
  );
}
