import type { Dashboard as Answer, DashboardRange, Widget, WidgetSeries } from '@chatbox/contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { type Found, type Grid, MetricSource, type Reading, SourceFailed } from './metric-source.ts';
import { promql } from './promql.ts';
import { type Line, WIDGETS, type WidgetPlan } from './widgets.ts';

/** Times are multiples of `alignSeconds`: of a step where the history is coarse, of less where the latest would be missed. */
const RANGES: Record<DashboardRange, Record<'seconds' | 'stepSeconds' | 'windowSeconds' | 'alignSeconds', number>> = {
  // A Prometheus that looks once a minute sees a rate over two.
  '15m': { seconds: 15 * 60, stepSeconds: 15, windowSeconds: 120, alignSeconds: 15 },
  '1h': { seconds: 3600, stepSeconds: 60, windowSeconds: 120, alignSeconds: 15 },
  '24h': { seconds: 24 * 3600, stepSeconds: 300, windowSeconds: 300, alignSeconds: 300 },
  '7d': { seconds: 7 * 24 * 3600, stepSeconds: 3600, windowSeconds: 3600, alignSeconds: 3600 },
};
/** More lines than these nobody tells apart. */
const MOST_SERIES = 6;

interface Asked {
  reading: Reading;
  grid: Grid;
  rangeSeconds: number;
  to: Date;
}

/** What an operator sees: every widget by itself, so that one that cannot be known hides no other. */
@Injectable()
export class Dashboard implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly source: MetricSource,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.source.open();
  }

  onApplicationShutdown(): Promise<void> {
    return this.source.close();
  }

  async getDashboardData(range: DashboardRange): Promise<Answer> {
    const to = new Date();
    const { seconds: rangeSeconds, alignSeconds, stepSeconds, windowSeconds } = RANGES[range];
    const last = Math.floor(to.getTime() / 1000 / alignSeconds) * alignSeconds;
    const grid: Grid = { stepSeconds, windowSeconds, times: timesUntil(last, rangeSeconds, stepSeconds) };
    const reading = await this.source.read(to);
    const asked: Asked = { reading, grid, rangeSeconds, to };
    const widgets = await Promise.all(WIDGETS.map((plan) => this.widget(plan, asked)));
    const failed = widgets.filter(({ error }) => error !== null);
    if (failed.length > 0)
      this.logger.warn(
        { widgets: failed.map(({ id }) => id), reason: failed[0]?.error },
        'the dashboard could not be read',
      );
    return {
      range,
      from: new Date(to.getTime() - rangeSeconds * 1000).toISOString(),
      to: to.toISOString(),
      source: this.source.name,
      stepSeconds: grid.stepSeconds,
      times: [...grid.times],
      widgets,
    };
  }

  private async widget(plan: WidgetPlan, asked: Asked): Promise<Widget> {
    try {
      return await filled(plan, asked);
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error;
      return { ...empty(plan, asked), error: error.message };
    }
  }
}

const timesUntil = (last: number, seconds: number, step: number): number[] =>
  Array.from({ length: seconds / step }, (_, index) => last - seconds + step * (index + 1));

const empty = (plan: WidgetPlan, { rangeSeconds }: Asked): Widget => {
  const headline = headlineOf(plan);
  const spoken = headline ? secondsOf(headline.over, rangeSeconds) : 0;
  const measures = [...(plan.headline ? [plan.headline.measure] : []), ...plan.lines.map(({ now }) => now)];
  return {
    id: plan.id,
    kind: plan.kind,
    unit: plan.unit,
    seriesUnit: plan.seriesUnit,
    current: null,
    currentSeconds: spoken,
    thresholds: plan.thresholds ?? null,
    state: null,
    since: null,
    series: [],
    source: [...new Set(measures.map((measure) => promql(measure, measure.kind === 'gauge' ? 0 : spoken)))],
    error: null,
  };
};

const headlineOf = ({ headline, lines: [first] }: WidgetPlan): WidgetPlan['headline'] =>
  headline ?? (first && { measure: first.now, over: first.over });

const secondsOf = (over: number | 'range', rangeSeconds: number): number => (over === 'range' ? rangeSeconds : over);

const filled = async (plan: WidgetPlan, asked: Asked): Promise<Widget> => {
  const headline = headlineOf(plan);
  const [found, ...series] = await Promise.all([
    headline ? asked.reading.now(headline.measure, secondsOf(headline.over, asked.rangeSeconds)) : [],
    ...plan.lines.map((line) => seriesOfLine(line, asked)),
  ]);
  const value = found[0]?.value ?? null;
  const current = value !== null && headline?.value ? headline.value(value) : value;
  const widget = { ...empty(plan, asked), current, series: series.flat() };
  const state = stateOf(current, widget.thresholds);
  return { ...widget, state, since: state === null || state === 'ok' ? null : sinceWhen(widget, asked) };
};

const seriesOfLine = async (
  { name, shown, now, over, rank }: Line,
  { reading, grid, rangeSeconds }: Asked,
): Promise<WidgetSeries[]> => {
  const [drawn, said, weighed] = await Promise.all([
    reading.over(shown, grid),
    reading.now(now, secondsOf(over, rangeSeconds)),
    rank && reading.now(rank, rangeSeconds),
  ]);
  const currents = new Map(said.map((found) => [nameOf(found, name), found.value]));
  const weights = weighed ? new Map(weighed.map((found) => [nameOf(found, name), found.value])) : currents;
  const values = new Map(drawn.map((found) => [nameOf(found, name), [...found.values]]));
  const nothing = grid.times.map(() => null);
  const names = name === undefined ? [...new Set([...currents.keys(), ...values.keys()])] : [name];
  return names
    .map((one) => ({ name: one, current: currents.get(one) ?? null, values: values.get(one) ?? nothing }))
    .sort((a, b) => (weights.get(b.name) ?? 0) - (weights.get(a.name) ?? 0))
    .slice(0, MOST_SERIES);
};

/** A series is called by what its labels say. */
const nameOf = ({ labels }: Found, name: string | undefined): string => {
  const { method, route, provider, code, model } = labels;
  return name ?? [method, route, provider, code, model].filter(Boolean).join(' ');
};

const stateOf = (value: number | null, thresholds: Widget['thresholds']): Widget['state'] => {
  if (value === null || thresholds === null) return null;
  const { warning, critical, when } = thresholds;
  const reaches = (bound: number): boolean => (when === 'above' ? value >= bound : value <= bound);
  if (reaches(critical)) return 'critical';
  return reaches(warning) ? 'warning' : 'ok';
};

/** Of a sum over the range: since it first grew; otherwise since the values of the first series have not been ok without a break. */
const sinceWhen = ({ kind, thresholds, series: [first] }: Widget, { grid, to, rangeSeconds }: Asked): string | null => {
  if (!first) return null;
  const { times } = grid;
  const isOk = (value: number | null): boolean => value === null || stateOf(value, thresholds) === 'ok';
  const index =
    kind === 'counter'
      ? first.values.findIndex((value) => value !== null && value > 0)
      : first.values.findLastIndex(isOk) + 1;
  const time = index === 0 && kind !== 'counter' ? to.getTime() / 1000 - rangeSeconds : times[index];
  return time === undefined ? to.toISOString() : new Date(time * 1000).toISOString();
};
