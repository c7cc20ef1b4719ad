import { z } from 'zod';
import { Timestamp } from './common.ts';

export const DASHBOARD_RANGES = ['15m', '1h', '24h', '7d'] as const;
export const DashboardRange = z.enum(DASHBOARD_RANGES);
export type DashboardRange = z.infer<typeof DashboardRange>;

export const DashboardQuery = z.strictObject({ range: DashboardRange.default('1h') });
export type DashboardQuery = z.infer<typeof DashboardQuery>;

export const WIDGET_IDS = [
  'active_users',
  'response_time',
  'error_rate',
  'messages',
  'streams',
  'first_token',
  'error_budget',
  'provider_errors',
  'answers_lost',
  'requests',
  'connections',
  'pool_waiting',
  'pool_connections',
  'cache_hits',
  'replicas',
  'event_loop',
  'tokens_by_model',
  'cost_by_model',
] as const;
export const WidgetId = z.enum(WIDGET_IDS);
export type WidgetId = z.infer<typeof WidgetId>;

export const WIDGET_STATES = ['ok', 'warning', 'critical'] as const;
export const WidgetState = z.enum(WIDGET_STATES);
export type WidgetState = z.infer<typeof WidgetState>;

/** `ratio`: 0 to 1; `micros`: millionths of a US dollar; `per_second`, `per_minute`: of whatever the widget counts. */
export const WidgetUnit = z.enum(['count', 'seconds', 'ratio', 'micros', 'tokens', 'per_second', 'per_minute']);
export type WidgetUnit = z.infer<typeof WidgetUnit>;

const value = z.number().nullable().describe('null where nothing is known');

export const WidgetSeries = z.object({
  name: z.string(),
  current: value,
  values: z.array(value).describe('One for each of `times`'),
});
export type WidgetSeries = z.infer<typeof WidgetSeries>;

export const Widget = z.object({
  id: WidgetId,
  kind: z
    .enum(['gauge', 'line', 'counter'])
    .describe('gauge: how much there is now; line: how it went; counter: how much there was in the range'),
  unit: WidgetUnit.describe('Of `current` and of the thresholds'),
  seriesUnit: WidgetUnit.describe('Of `values`'),
  current: value,
  currentSeconds: z
    .int()
    .describe('The time before `to` that the current values speak of; 0: they were so at that moment'),
  thresholds: z
    .object({
      warning: z.number(),
      critical: z.number(),
      when: z.enum(['above', 'below']).describe('A value that reaches one of them from there is in that state'),
    })
    .nullable(),
  state: WidgetState.nullable().describe('By the thresholds; null where there are none, or nothing is known'),
  since: Timestamp.nullable().describe(
    'Since when the values in the range have not been ok; where they were not from its beginning, that',
  ),
  series: z.array(WidgetSeries),
  source: z.array(z.string()).describe('Where the values come from, as a question to a Prometheus (PromQL)'),
  error: z.string().nullable().describe('Why there are no values, in a sentence'),
});
export type Widget = z.infer<typeof Widget>;

export const Dashboard = z.object({
  range: DashboardRange,
  from: Timestamp,
  to: Timestamp,
  source: z.enum(['prometheus', 'builtin']),
  stepSeconds: z.int(),
  times: z.array(z.int()).describe('Seconds since 1970, the same for all series'),
  widgets: z.array(Widget),
});
export type Dashboard = z.infer<typeof Dashboard>;
