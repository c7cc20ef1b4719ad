import { type Measure, seriesOf } from './measure.ts';

type Series = Extract<Measure, { metric: string }>;

/** The question over the last so many seconds; of gauges with 0 the latest. `labels` pick this installation out of many. */
export const promql = (measure: Measure, seconds: number, labels = ''): string => {
  switch (measure.kind) {
    case 'gauge': {
      const now = `${measure.across}${group(measure)} (${select(measure, labels)})`;
      if (seconds === 0) return now;
      const every = Math.max(15, Math.round(seconds / 20));
      return `${measure.over === 'mean' ? 'avg' : 'max'}_over_time((${now})[${seconds}s:${every}s])`;
    }
    case 'increase':
      return measure.by ? sum(measure, seconds, labels) : orNone(sum(measure, seconds, labels), labels);
    case 'rate':
      return `${promql(measure.of, seconds, labels)} * ${measure.perSeconds} / ${seconds}`;
    case 'ratio': {
      const whole = sum(measure.to, seconds, labels);
      return `(${sum(measure.of, seconds, labels)} or 0 * ${whole}) / ${whole}`;
    }
    case 'quantile': {
      const [buckets] = seriesOf(measure);
      return buckets ? `histogram_quantile(${measure.quantile}, ${sum(buckets, seconds, labels)})` : '';
    }
  }
};

const sum = (series: Series, seconds: number, labels: string): string =>
  `sum${group(series)} (${increase(select(series, labels), seconds)})`;

/**
 * `increase()` does not see a series begin: a counter that appears with 3 has grown by 3, and is taken to have been 3 for ever. Of
 * one that was not there before the window, although its process was watched then or has started since, its whole value counts.
 */
const increase = (series: string, seconds: number): string => {
  const window = `${seconds}s`;
  const grown = `increase(${series}[${window}])`;
  const watched = `(up offset ${window} == 1 or process_start_time_seconds > time() - ${seconds})`;
  const begun = `(${series} unless ${series} offset ${window}) and on (job, instance) ${watched}`;
  return `((${begun}) > ${grown}) or ${grown} or (${begun})`;
};

/** Nothing has happened, which is known where there is a replica to know it. */
const orNone = (question: string, labels: string): string =>
  `(${question} or 0 * sum(chatbox_node_info${labels === '' ? '' : `{${labels}}`}))`;

const group = ({ by = [] }: Series): string => (by.length > 0 ? ` by (${by.join(', ')})` : '');

const select = ({ metric, where = [] }: Series, labels: string): string => {
  const matches = where.map(([label, operator, value]) => `${label}${operator}${JSON.stringify(value)}`);
  const all = [...matches, ...(labels === '' ? [] : [labels])];
  return all.length > 0 ? `${metric}{${all.join(',')}}` : metric;
};
