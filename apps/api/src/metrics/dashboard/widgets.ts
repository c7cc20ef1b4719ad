import type { Widget, WidgetId } from '@chatbox/contracts';
import { type Increase, labelsOf, type Match, type Measure, seriesOf } from './measure.ts';
import type { GaugeRules } from './samples.ts';

/** Share of requests that are to be answered without an error of the server, over a week; the alerts have the same goal. */
export const AVAILABILITY_GOAL = 0.999;
const WEEK_SECONDS = 7 * 24 * 3600;
/** What is called now, of what only shows over a while. */
const LATELY_SECONDS = 5 * 60;

/** `range`: all of the range that is looked at. */
type Span = number | 'range';

export interface Line {
  /** Of series that have no labels to be named by. */
  name?: string;
  shown: Measure;
  now: Measure;
  over: Span;
  /** What makes one series more important than another, over the range; not given: the value that is said. */
  rank?: Measure;
}

export interface WidgetPlan {
  id: WidgetId;
  kind: Widget['kind'];
  unit: Widget['unit'];
  seriesUnit: Widget['seriesUnit'];
  /** What the state and the large number are of; not given: the first line. */
  headline?: { measure: Measure; over: Span; value?: (found: number) => number };
  lines: readonly Line[];
  thresholds?: Widget['thresholds'];
}

const MINUTE = 60;
const NOT_PROBES: Match = ['route', '!~', '/metrics|/health/.*'];
/** An open stream lasts as long as its reader. */
const NO_STREAMS: Match = ['route', '!~', '/metrics|/health/.*|/ws|.*/events'];
const REQUESTS = 'chatbox_http_request_duration_seconds';

const increase = (metric: string, where: readonly Match[] = [], by?: readonly string[]): Increase => ({
  kind: 'increase',
  metric,
  where,
  ...(by && { by }),
});
const gauge = (metric: string, across: 'sum' | 'max', over: 'mean' | 'max', where: readonly Match[] = []): Measure => ({
  kind: 'gauge',
  metric,
  across,
  over,
  where,
});
/** The same is drawn and said. */
const line = (measure: Measure, over: Span = 0, name?: string): Line => ({
  shown: measure,
  now: measure,
  over,
  ...(name !== undefined && { name }),
});
/** Drawn as so many a minute, said as the sum over the range. */
const counted = (of: Increase, name?: string): Line => ({
  shown: { kind: 'rate', of, perSeconds: MINUTE },
  now: of,
  over: 'range',
  ...(name !== undefined && { name }),
});
const inRange = (of: Increase): NonNullable<WidgetPlan['headline']> => ({ measure: of, over: 'range' });

const seconds = (by?: readonly string[]): Measure => ({
  kind: 'ratio',
  of: increase(`${REQUESTS}_sum`, [NO_STREAMS], by),
  to: increase(`${REQUESTS}_count`, [NO_STREAMS], by),
});
const errors: Measure = {
  kind: 'ratio',
  of: increase(`${REQUESTS}_count`, [NOT_PROBES, ['status', '=~', '5..']]),
  to: increase(`${REQUESTS}_count`, [NOT_PROBES]),
};
const firstToken = (quantile: number): Measure => ({
  kind: 'quantile',
  quantile,
  of: increase('chatbox_time_to_first_token_seconds_bucket'),
});
const requests: Measure = { kind: 'rate', of: increase(`${REQUESTS}_count`, [NOT_PROBES]), perSeconds: 1 };
const messages = (type: string): Increase => increase('chatbox_messages_total', [['type', '=', type]]);
const pool = (state: string, across: 'sum' | 'max'): Measure =>
  gauge('chatbox_db_pool_connections', across, 'max', [['state', '=', state]]);
const loop = (quantile: string): Measure =>
  gauge('chatbox_event_loop_delay_seconds', 'max', 'max', [['quantile', '=', quantile]]);
const gone = increase('chatbox_streams_lost_total');

/** What the dashboard shows, in its order; the page has the words. */
export const WIDGETS: readonly WidgetPlan[] = [
  {
    id: 'active_users',
    kind: 'gauge',
    unit: 'count',
    seriesUnit: 'count',
    lines: [line(gauge('chatbox_active_users', 'sum', 'mean'), 0, 'People')],
    thresholds: { warning: 100, critical: 200, when: 'above' },
  },
  {
    id: 'response_time',
    kind: 'line',
    unit: 'seconds',
    seriesUnit: 'seconds',
    headline: { measure: seconds(), over: LATELY_SECONDS },
    lines: [
      {
        ...line(seconds(['method', 'route']), 'range'),
        // Where most of the time goes; an endpoint that was slow once is no line.
        rank: increase(`${REQUESTS}_sum`, [NO_STREAMS], ['method', 'route']),
      },
    ],
  },
  {
    id: 'error_rate',
    kind: 'line',
    unit: 'ratio',
    seriesUnit: 'ratio',
    lines: [line(errors, LATELY_SECONDS, 'Errors')],
    thresholds: { warning: 0.05, critical: 0.1, when: 'above' },
  },
  {
    id: 'messages',
    kind: 'counter',
    unit: 'count',
    seriesUnit: 'per_minute',
    headline: inRange(increase('chatbox_messages_total')),
    lines: [counted(messages('question'), 'Questions'), counted(messages('answer'), 'Answers')],
  },
  {
    id: 'streams',
    kind: 'line',
    unit: 'count',
    seriesUnit: 'count',
    lines: [line(gauge('chatbox_generations_running', 'sum', 'max'), 0, 'Answers')],
  },
  {
    id: 'first_token',
    kind: 'line',
    unit: 'seconds',
    seriesUnit: 'seconds',
    lines: [line(firstToken(0.5), LATELY_SECONDS, 'p50'), line(firstToken(0.95), LATELY_SECONDS, 'p95')],
  },
  {
    id: 'error_budget',
    kind: 'gauge',
    unit: 'ratio',
    seriesUnit: 'ratio',
    headline: { measure: errors, over: WEEK_SECONDS, value: (share) => 1 - share / (1 - AVAILABILITY_GOAL) },
    lines: [],
    thresholds: { warning: 0.25, critical: 0, when: 'below' },
  },
  {
    id: 'provider_errors',
    kind: 'counter',
    unit: 'count',
    seriesUnit: 'per_minute',
    headline: inRange(increase('chatbox_provider_errors_total')),
    lines: [counted(increase('chatbox_provider_errors_total', [], ['provider', 'code']))],
  },
  {
    id: 'answers_lost',
    kind: 'counter',
    unit: 'count',
    seriesUnit: 'per_minute',
    headline: inRange(gone),
    lines: [counted(gone, 'Answers')],
    thresholds: { warning: 1, critical: 10, when: 'above' },
  },
  {
    id: 'requests',
    kind: 'line',
    unit: 'per_second',
    seriesUnit: 'per_second',
    lines: [line(requests, LATELY_SECONDS, 'Requests')],
  },
  {
    id: 'connections',
    kind: 'line',
    unit: 'count',
    seriesUnit: 'count',
    lines: [
      line(gauge('chatbox_websocket_connections', 'sum', 'mean'), 0, 'WebSocket'),
      line(gauge('chatbox_event_stream_connections', 'sum', 'mean'), 0, 'Event streams'),
    ],
  },
  {
    // Where most wait: three each on three replicas are no crowd.
    id: 'pool_waiting',
    kind: 'gauge',
    unit: 'count',
    seriesUnit: 'count',
    lines: [line(pool('waiting', 'max'), 0, 'Waiting')],
    thresholds: { warning: 6, critical: 20, when: 'above' },
  },
  {
    id: 'pool_connections',
    kind: 'gauge',
    unit: 'count',
    seriesUnit: 'count',
    lines: [line(pool('total', 'sum'), 0, 'Open'), line(pool('idle', 'sum'), 0, 'Idle')],
  },
  {
    id: 'cache_hits',
    kind: 'line',
    unit: 'ratio',
    seriesUnit: 'ratio',
    lines: [
      line(
        {
          kind: 'ratio',
          of: increase('chatbox_cache_requests_total', [['answer', '!=', 'miss']]),
          to: increase('chatbox_cache_requests_total'),
        },
        'range',
        'Hits',
      ),
    ],
  },
  {
    id: 'replicas',
    kind: 'gauge',
    unit: 'count',
    seriesUnit: 'count',
    lines: [line(gauge('chatbox_node_info', 'sum', 'mean'), 0, 'Replicas')],
  },
  {
    id: 'event_loop',
    kind: 'line',
    unit: 'seconds',
    seriesUnit: 'seconds',
    lines: [line(loop('0.99'), 0, 'p99'), line(loop('0.5'), 0, 'p50')],
    thresholds: { warning: 0.2, critical: 0.5, when: 'above' },
  },
  {
    id: 'tokens_by_model',
    kind: 'counter',
    unit: 'tokens',
    seriesUnit: 'per_minute',
    headline: inRange(increase('chatbox_tokens_total')),
    lines: [counted(increase('chatbox_tokens_total', [], ['model']))],
  },
  {
    id: 'cost_by_model',
    kind: 'counter',
    unit: 'micros',
    seriesUnit: 'per_minute',
    headline: inRange(increase('chatbox_cost_micros_total')),
    lines: [counted(increase('chatbox_cost_micros_total', [], ['model']))],
  },
];

const MEASURES = WIDGETS.flatMap(({ headline, lines }) => [
  ...(headline ? [headline.measure] : []),
  ...lines.flatMap(({ shown, now, rank = now }) => [shown, now, rank]),
]).flatMap(seriesOf);

/** The series that a history needs, each with the labels that somebody looks at. */
export const KEPT_SERIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...Map.groupBy(MEASURES, ({ metric }) => metric)].map(([metric, those]) => [
    metric,
    new Set(those.flatMap(labelsOf)),
  ]),
);

export const GAUGE_RULES: GaugeRules = Map.groupBy(
  MEASURES.filter((measure) => measure.kind === 'gauge'),
  ({ metric }) => metric,
);
