import { holds, type Measure } from './measure.ts';
import type { FoundValue } from './metric-source.ts';
import { type Figures, seriesAt } from './samples.ts';

type Series = Extract<Measure, { metric: string }>;
type Labels = Record<string, string>;

/** What a measure is by the figures of a window, all replicas together. */
export const evaluate = (measure: Measure, figures: Figures, seconds: number): FoundValue[] => {
  switch (measure.kind) {
    case 'increase': {
      const found = grouped(measure, figures.increases, (a, b) => a + b);
      return found.length > 0 || measure.by ? found : [{ labels: {}, value: 0 }];
    }
    case 'gauge':
      return grouped(measure, figures.gauges, measure.across === 'max' ? Math.max : (a, b) => a + b);
    case 'rate':
      return evaluate(measure.of, figures, seconds).map(({ labels, value }) => ({
        labels,
        value: value === null ? null : (value * measure.perSeconds) / seconds,
      }));
    case 'ratio': {
      const parts = new Map(evaluate(measure.of, figures, seconds).map(({ labels, value }) => [nameOf(labels), value]));
      return evaluate(measure.to, figures, seconds).map(({ labels, value }) => ({
        labels,
        value: value ? (parts.get(nameOf(labels)) ?? 0) / value : null,
      }));
    }
    case 'quantile':
      return quantiles(measure, figures);
  }
};

const nameOf = (labels: Labels): string => JSON.stringify(labels);

const grouped = (
  { metric, where = [], by = [] }: Series,
  values: Record<string, number>,
  together: (a: number, b: number) => number,
): { labels: Labels; value: number }[] => {
  const groups = new Map<string, { labels: Labels; value: number }>();
  for (const [key, value] of Object.entries(values)) {
    const series = seriesAt(key);
    if (series.metric !== metric || !where.every((match) => holds(match, series.labels))) continue;
    const labels = Object.fromEntries(by.map((label) => [label, series.labels[label] ?? '']));
    const group = groups.get(nameOf(labels));
    if (group) group.value = together(group.value, value);
    else groups.set(nameOf(labels), { labels, value });
  }
  return [...groups.values()];
};

interface Bucket {
  upTo: number;
  count: number;
}

const quantiles = ({ quantile, of }: Extract<Measure, { kind: 'quantile' }>, { increases }: Figures): FoundValue[] => {
  const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>();
  const { by = [] } = of;
  for (const { labels, value } of grouped({ ...of, by: [...by, 'le'] }, increases, (a, b) => a + b)) {
    const { le, ...others } = labels;
    const group = groups.get(nameOf(others)) ?? { labels: others, buckets: [] };
    groups.set(nameOf(others), group);
    group.buckets.push({ upTo: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value });
  }
  return [...groups.values()].map(({ labels, buckets }) => ({ labels, value: quantileIn(quantile, buckets) }));
};

/** As Prometheus has it: values are spread evenly within a bucket, and what is beyond the last bound is at it. */
const quantileIn = (quantile: number, buckets: Bucket[]): number | null => {
  buckets.sort((a, b) => a.upTo - b.upTo);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0 || buckets.at(-1)?.upTo !== Number.POSITIVE_INFINITY) return null;
  const rank = quantile * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const [below, within] = [buckets[index - 1], buckets[index]];
  if (!within) return null;
  if (within.upTo === Number.POSITIVE_INFINITY) return below?.upTo ?? null;
  const [start, before] = [below?.upTo ?? 0, below?.count ?? 0];
  return start + (within.upTo - start) * ((rank - before) / (within.count - before));
};
