import { evaluate } from './evaluate.ts';
import type { Measure } from './measure.ts';
import { promql } from './promql.ts';
import { type Figures, keyOf, merge, type Sample } from './samples.ts';
import { GAUGE_RULES, WIDGETS } from './widgets.ts';

const figures = (increases: [string, Record<string, string>, number][]): Figures => ({
  increases: Object.fromEntries(
    increases.map(([metric, labels, value]) => [keyOf(metric, labels, Object.keys(labels)), value]),
  ),
  gauges: {},
});
const requests = figures([
  ['requests', { route: '/a', status: '200' }, 6],
  ['requests', { route: '/a', status: '503' }, 2],
  ['requests', { route: '/health/live', status: '200' }, 100],
]);
const all: Measure & { kind: 'increase' } = {
  kind: 'increase',
  metric: 'requests',
  where: [['route', '!~', '/metrics|/health/.*']],
};

describe('a measure over the figures of a window', () => {
  it('takes what fits, all of a label and not a part of it', () => {
    expect(evaluate(all, requests, 60)).toEqual([{ labels: {}, value: 8 }]);
    expect(evaluate({ ...all, where: [['route', '=~', '/health']] }, requests, 60)).toEqual([{ labels: {}, value: 0 }]);
    expect(evaluate({ ...all, by: ['status'] }, requests, 60)).toEqual([
      { labels: { status: '200' }, value: 6 },
      { labels: { status: '503' }, value: 2 },
    ]);
  });

  it('knows a share, and none of nothing', () => {
    const errors: Measure = { kind: 'ratio', of: { ...all, where: [['status', '=~', '5..']] }, to: all };
    expect(evaluate(errors, requests, 60)).toEqual([{ labels: {}, value: 0.25 }]);
    expect(evaluate(errors, figures([]), 60)).toEqual([{ labels: {}, value: null }]);
  });

  it('has a rate per the time that is asked for', () => {
    expect(evaluate({ kind: 'rate', of: all, perSeconds: 60 }, requests, 120)).toEqual([{ labels: {}, value: 4 }]);
  });

  it.each([
    [0, 0],
    [0.25, 0.05],
    [0.5, 0.1],
    [0.75, 0.3],
  ])('finds the quantile %p within its bucket', (quantile, value) => {
    const measure: Measure = { kind: 'quantile', quantile, of: { kind: 'increase', metric: 'times_bucket' } };
    const times = figures([
      ['times_bucket', { le: '0.1' }, 10],
      ['times_bucket', { le: '+Inf' }, 20],
      ['times_bucket', { le: '0.5' }, 20],
    ]);
    expect(evaluate(measure, times, 60)[0]?.value).toBeCloseTo(value, 10);
  });

  it('says of what is beyond the last bound that it is at it, and nothing of nothing', () => {
    const measure: Measure = { kind: 'quantile', quantile: 0.9, of: { kind: 'increase', metric: 'times_bucket' } };
    const times = figures([
      ['times_bucket', { le: '0.1' }, 1],
      ['times_bucket', { le: '+Inf' }, 10],
    ]);
    expect(evaluate(measure, times, 60)).toEqual([{ labels: {}, value: 0.1 }]);
    expect(evaluate(measure, figures([]), 60)).toEqual([]);
  });
});

describe('rows as one', () => {
  const key = keyOf('level', {}, []);
  const row = (node: string, at: number, level: number): Sample => ({
    resolution: 0,
    node,
    at,
    increases: { [keyOf('count', {}, [])]: 1 },
    gauges: { [key]: level },
  });
  const rows = [row('a', 1, 4), row('a', 2, 6), row('b', 2, 8)];

  it('adds up what has grown, and counts a node for as long as it was there', () => {
    const { increases, gauges } = merge(rows, new Map([['level', [{ across: 'sum', over: 'mean' }]]]));
    expect(increases).toEqual({ [keyOf('count', {}, [])]: 3 });
    expect(gauges[key]).toBe((4 + 6) / 2 + 8 / 2);
  });

  it('takes the largest where that is what counts', () => {
    expect(merge(rows, new Map([['level', [{ across: 'max', over: 'max' }]]])).gauges[key]).toBe(8);
    expect(merge(rows, new Map([['level', [{ across: 'sum', over: 'max' }]]])).gauges[key]).toBe(6 + 8);
  });

  it('has who waits for the database where most do, and the connections of all', () => {
    const of = (state: string) => keyOf('chatbox_db_pool_connections', { state }, ['state']);
    const replica = (node: string): Sample => ({
      ...row(node, 1, 0),
      gauges: { [of('waiting')]: 3, [of('total')]: 10 },
    });
    const { gauges } = merge([replica('a'), replica('b'), replica('c')], GAUGE_RULES);
    expect([gauges[of('waiting')], gauges[of('total')]]).toEqual([3, 30]);
    const [waiting] = WIDGETS.filter(({ id }) => id === 'pool_waiting').flatMap(({ lines }) => lines);
    expect(waiting && promql(waiting.now, 0)).toBe('max (chatbox_db_pool_connections{state="waiting"})');
  });
});
