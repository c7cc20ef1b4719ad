import type { DashboardRange, Widget, WidgetId, WidgetUnit } from '@chatbox/contracts';
import { sayCost } from '@/lib/say';

interface Words {
  title: string;
  /** What the number is. */
  about: string;
  /** Where the number comes from, for who wants to look closer. */
  more?: { href: string; label: string };
  /** Name of the page that says what to do when it is bad. */
  runbook?: string;
}

const USAGE_BY_MODEL = { href: '/admin/usage?by=model', label: 'Usage by model' };

export const WORDS: Record<WidgetId, Words> = {
  active_users: {
    title: 'Active people',
    about: 'People with an open page or a request within five minutes',
    more: { href: '/admin/people?sort=lastSeenAt&order=desc', label: 'People, the latest seen first' },
  },
  response_time: {
    title: 'Response time',
    about: 'Mean time of an answer by endpoint, without streams; the endpoints on which most of the time is spent',
  },
  error_rate: {
    title: 'Error rate',
    about: 'Share of requests that ended with an error of the server (5xx)',
    runbook: 'ChatboxErrorRateHigh',
  },
  messages: {
    title: 'Messages processed',
    about: 'Questions accepted and answers ended',
    more: { href: '/admin/usage', label: 'Usage by day' },
  },
  streams: { title: 'Answers in the making', about: 'Answers that are streaming at the moment' },
  first_token: {
    title: 'Time to first token',
    about: 'How long models take to begin an answer: half of the answers (p50), and 95 of 100 (p95), begin sooner',
  },
  error_budget: {
    title: 'Error budget',
    about: 'What is left of the errors that 99.9 % availability over seven days allows',
    runbook: 'ChatboxAvailabilityBudgetBurn',
  },
  provider_errors: {
    title: 'Errors of model providers',
    about: 'Calls of a provider that failed, by connection and kind',
    more: { href: '/admin/models', label: 'Model connections' },
  },
  answers_lost: {
    title: 'Answers lost',
    about: 'Answers that were interrupted because no replica could go on with them',
    runbook: 'ChatboxStreamsLost',
  },
  requests: { title: 'Requests', about: 'Requests a second, without probes' },
  connections: {
    title: 'Open connections',
    about: 'Pages and programs that are connected, by WebSocket or event stream',
  },
  pool_waiting: {
    title: 'Waiting for the database',
    about: 'Requests that wait for a connection to PostgreSQL, of the pool where most do',
    runbook: 'ChatboxPoolSaturated',
  },
  pool_connections: {
    title: 'Database connections',
    about: 'Connections to PostgreSQL of all replicas, and those of them that nobody uses',
  },
  cache_hits: { title: 'Cache hits', about: 'Share of questions to the cache that it could answer' },
  replicas: { title: 'Replicas', about: 'Processes of the service that are alive' },
  event_loop: {
    title: 'Event-loop delay',
    about: 'How late the busiest replica comes to what is due, one time in a hundred (p99) and in two (p50)',
    runbook: 'ChatboxEventLoopSlow',
  },
  tokens_by_model: { title: 'Tokens by model', about: 'Tokens in and out', more: USAGE_BY_MODEL },
  cost_by_model: {
    title: 'Cost by model',
    about: 'Money spent at providers, where their prices are known',
    more: USAGE_BY_MODEL,
  },
};

export const RANGES: readonly { value: DashboardRange; label: string; spoken: string }[] = [
  { value: '15m', label: '15 min', spoken: '15 minutes' },
  { value: '1h', label: '1 h', spoken: '1 hour' },
  { value: '24h', label: '24 h', spoken: '24 hours' },
  { value: '7d', label: '7 days', spoken: '7 days' },
];

const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

const NO_BREAK = '\u00a0';
const COMPACT_FROM = 10_000;

const sayNumber = (value: number): string => {
  if (Math.abs(value) >= COMPACT_FROM) return compact.format(value);
  return Math.abs(value) < 1 ? fine.format(value) : plain.format(value);
};

const saySeconds = (value: number): string => {
  if (value === 0) return `0${NO_BREAK}ms`;
  if (value < 0.01) return `${fine.format(value * 1000)}${NO_BREAK}ms`;
  return value < 1 ? `${Math.round(value * 1000)}${NO_BREAK}ms` : `${plain.format(value)}${NO_BREAK}s`;
};

/** A value of a widget, or of its lines, in the reader's own way of writing. */
export function sayValue(value: number | null, unit: WidgetUnit, of: WidgetUnit = unit): string {
  if (value === null) return '–';
  if (unit === 'seconds') return saySeconds(value);
  if (unit === 'ratio') return percent.format(value);
  if (unit === 'micros') return sayCost(value);
  if (unit === 'per_second') return `${sayNumber(value)}/s`;
  if (unit === 'per_minute') return `${of === 'micros' ? sayCost(value) : sayNumber(value)}/min`;
  return sayNumber(value);
}

const SPANS = new Map([
  [300, '5 minutes'],
  [900, '15 minutes'],
  [3600, '1 hour'],
  [86_400, '24 hours'],
  [604_800, '7 days'],
]);

/** Of when the number is. */
export function sayWhen({ currentSeconds, kind }: Pick<Widget, 'currentSeconds' | 'kind'>): string {
  if (currentSeconds === 0) return 'now';
  return `${kind === 'counter' ? 'in' : 'over'} ${SPANS.get(currentSeconds) ?? `${currentSeconds} seconds`}`;
}

export function sayThresholds({ thresholds, unit }: Pick<Widget, 'thresholds' | 'unit'>): string | null {
  if (!thresholds) return null;
  const from = thresholds.when === 'above' ? 'from' : 'below';
  return `Warning ${from} ${sayValue(thresholds.warning, unit)}, critical ${from} ${sayValue(thresholds.critical, unit)}`;
}

export const STATE_SAYS = { ok: 'OK', warning: 'Warning', critical: 'Critical' } as const;

const timeOf = (seconds: number, range: DashboardRange, more: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(undefined, {
    ...(range === '7d' ? { weekday: 'short', day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    ...more,
  }).format(new Date(seconds * 1000));

/** The time of a value: the day too where the chart is longer than one. */
export const sayTimeIn = (seconds: number, range: DashboardRange): string =>
  timeOf(seconds, range, range === '15m' ? { second: '2-digit' } : {});

/** The same below a chart, where there is less room. */
export const sayTick = (seconds: number, range: DashboardRange): string =>
  range === '7d'
    ? new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' }).format(new Date(seconds * 1000))
    : timeOf(seconds, range, {});
