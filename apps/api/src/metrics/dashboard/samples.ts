import { holds, type Measure } from './measure.ts';

/** One row of the history: what happened since the row before, and how it was. Keys are those of `keyOf`. */
export interface Figures {
  increases: Record<string, number>;
  gauges: Record<string, number>;
}

/** A row of figures with its time, in seconds since 1970: they are of the time before it. */
export interface Sample extends Figures {
  at: number;
  /** 0: as sampled by one node; otherwise so many seconds of all nodes together. */
  resolution: number;
  node: string;
}

export interface Series {
  metric: string;
  labels: Readonly<Record<string, string>>;
}

type GaugeRule = Pick<Extract<Measure, { kind: 'gauge' }>, 'across' | 'over' | 'where'>;
/** How gauges of a name are put together, as the measures say: of some series of it in one way, of others in another. */
export type GaugeRules = ReadonlyMap<string, readonly GaugeRule[]>;

/** undefined where nobody asks for it. */
export const ruleOf = (rules: GaugeRules, { metric, labels }: Series): GaugeRule | undefined =>
  rules.get(metric)?.find(({ where = [] }) => where.every((match) => holds(match, labels)));

/** Name and labels, the labels in order, so that the same series always has the same key. */
export const keyOf = (
  metric: string,
  labels: Readonly<Record<string, string | number | undefined>>,
  keep: Iterable<string>,
): string => {
  const named = [...keep].sort().flatMap((label): [string, string][] => {
    const value = labels[label];
    return value === undefined ? [] : [[label, String(value)]];
  });
  return JSON.stringify([metric, Object.fromEntries(named)]);
};

const known = new Map<string, Series>();

/** What a key stands for; there are few, and each is in every row. */
export const seriesAt = (key: string): Series => {
  let series = known.get(key);
  if (!series) {
    const [metric, labels] = JSON.parse(key) as [string, Record<string, string>];
    series = { metric, labels };
    known.set(key, series);
  }
  return series;
};

export const add = (sums: Record<string, number>, key: string, value: number): void => {
  sums[key] = (sums[key] ?? 0) + value;
};

/** The figures of many rows as one. A node that was there for half of the time counts half. */
export const merge = (samples: readonly Sample[], rules: GaugeRules): Figures => {
  const increases: Record<string, number> = {};
  const gauges: Record<string, number> = {};
  const counts = new Map<string, number>();
  for (const { node, increases: grown } of samples) {
    counts.set(node, (counts.get(node) ?? 0) + 1);
    for (const [key, value] of Object.entries(grown)) add(increases, key, value);
  }
  const most = Math.max(...counts.values());
  const byNode = new Map<string, Map<string, number>>();
  for (const { node, gauges: values } of samples)
    for (const [key, value] of Object.entries(values)) {
      const isMean = ruleOf(rules, seriesAt(key))?.over === 'mean';
      const ofNodes = byNode.get(key) ?? new Map<string, number>();
      byNode.set(key, ofNodes);
      const before = ofNodes.get(node);
      ofNodes.set(node, isMean ? (before ?? 0) + value / most : Math.max(before ?? value, value));
    }
  for (const [key, ofNodes] of byNode) {
    const values = [...ofNodes.values()];
    gauges[key] =
      ruleOf(rules, seriesAt(key))?.across === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0);
  }
  return { increases, gauges };
};
