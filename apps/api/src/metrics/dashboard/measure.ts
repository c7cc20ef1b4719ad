/** A label and what it must be; `=~` and `!~` take a regular expression for all of it, as in PromQL. */
export type Match = readonly [label: string, operator: '=' | '!=' | '=~' | '!~', value: string];

interface Selected {
  /** Name of a series as /metrics has it: of a histogram with `_sum`, `_count` or `_bucket`. */
  readonly metric: string;
  readonly where?: readonly Match[];
  /** One series for each value of these; not given: one of all. */
  readonly by?: readonly string[];
}

/** What a counter grew by within a window, over all replicas, however often they started again. */
export interface Increase extends Selected {
  readonly kind: 'increase';
}

/** What is to be known, whoever knows it. A window is a time before a moment; see MetricSource. */
export type Measure =
  | Increase
  /** Together over all replicas, or the largest of them; within a window the mean of that, or its largest. */
  | ({ readonly kind: 'gauge'; readonly across: 'sum' | 'max'; readonly over: 'mean' | 'max' } & Selected)
  | { readonly kind: 'rate'; readonly of: Increase; readonly perSeconds: number }
  | { readonly kind: 'ratio'; readonly of: Increase; readonly to: Increase }
  | { readonly kind: 'quantile'; readonly quantile: number; readonly of: Increase };

/** Series of counters and gauges that measures ask for, with the labels they look at. */
export const seriesOf = (measure: Measure): Extract<Measure, { metric: string }>[] => {
  if (measure.kind === 'rate') return [measure.of];
  if (measure.kind === 'quantile') return [{ ...measure.of, by: [...(measure.of.by ?? []), 'le'] }];
  if (measure.kind === 'ratio') return [measure.of, measure.to];
  return [measure];
};

export const labelsOf = ({ where = [], by = [] }: Selected): string[] => [...where.map(([label]) => label), ...by];

const expressions = new Map<string, RegExp>();

/** All of a label, not a part of it; one that is not there is empty. */
export const holds = ([label, operator, wanted]: Match, labels: Readonly<Record<string, string>>): boolean => {
  const value = labels[label] ?? '';
  if (operator === '=' || operator === '!=') return (value === wanted) === (operator === '=');
  const expression = expressions.get(wanted) ?? new RegExp(`^(?:${wanted})$`);
  expressions.set(wanted, expression);
  return expression.test(value) === (operator === '=~');
};
