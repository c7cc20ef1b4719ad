import { evaluate } from './evaluate.ts';
import type { Measure } from './measure.ts';
import type { MetricHistory } from './metric-history.ts';
import {
  type FoundValue,
  type FoundValues,
  type Grid,
  gaugeSeconds,
  MetricSource,
  type Reading,
} from './metric-source.ts';
import type { Sampler } from './sampler.ts';
import { type Figures, type GaugeRules, merge, type Sample } from './samples.ts';

/** A node whose last sample is older has gone. */
const GONE_SECONDS = 60;

/** The history that this installation keeps of itself, where no Prometheus watches it. */
export class HistorySource extends MetricSource {
  readonly name = 'builtin';

  constructor(
    private readonly history: MetricHistory,
    private readonly rules: GaugeRules,
    private readonly sampler: Sampler,
  ) {
    super();
  }

  open(): void {
    this.sampler.start();
  }

  close(): Promise<void> {
    return this.sampler.stop();
  }

  async read(): Promise<Reading> {
    return new HistoryReading(this.history, this.rules, await this.sampler.unwritten());
  }
}

type Unwritten = Awaited<ReturnType<Sampler['unwritten']>>;

class HistoryReading implements Reading {
  private readonly moment = new Date();
  private readonly rows = new Map<number, Promise<Sample[]>>();
  /** Many measures look through the same windows. */
  private readonly windows = new Map<string, { figures: Figures | undefined }>();

  constructor(
    private readonly history: MetricHistory,
    private readonly rules: GaugeRules,
    private readonly unwritten: Unwritten,
  ) {}

  async over(measure: Measure, { times, stepSeconds, windowSeconds }: Grid): Promise<FoundValues[]> {
    const seconds = measure.kind === 'gauge' ? gaugeSeconds(stepSeconds) : windowSeconds;
    const [first = 0] = times;
    const samples = await this.since(this.moment.getTime() / 1000 - first + Math.max(seconds, windowSeconds));
    const found = new Map<string, { labels: FoundValue['labels']; values: (number | null)[] }>();
    times.forEach((time, index) => {
      const figures = this.window(samples, time, seconds);
      if (!figures) return;
      for (const { labels, value } of evaluate(measure, figures, seconds)) {
        const name = JSON.stringify(labels);
        const series = found.get(name) ?? { labels, values: times.map(() => null) };
        found.set(name, series);
        series.values[index] = value;
      }
    });
    // Of what grows, a window that was seen and has nothing of a series has 0 of it; a share or a quantile of nothing is none.
    if (measure.kind === 'increase' || measure.kind === 'rate')
      for (const { values } of found.values())
        times.forEach((time, index) => {
          if (values[index] === null && this.window(samples, time, seconds)) values[index] = 0;
        });
    return [...found.values()];
  }

  async now(measure: Measure, seconds: number): Promise<FoundValue[]> {
    const end = this.moment.getTime() / 1000;
    if (measure.kind !== 'gauge') {
      const samples = await this.since(seconds);
      const figures = this.window(samples, end, seconds + 3600);
      return figures ? evaluate(measure, figures, seconds) : [];
    }
    const samples = (await this.since(GONE_SECONDS)).filter(({ resolution }) => resolution === 0);
    const latest = new Map(samples.map((sample) => [sample.node, sample]));
    return latest.size > 0 ? evaluate(measure, merge([...latest.values()], this.rules), 0) : [];
  }

  private since(seconds: number): Promise<Sample[]> {
    const whole = Math.ceil(seconds);
    const rows = this.rows.get(whole) ?? this.withUnwritten(whole);
    this.rows.set(whole, rows);
    return rows;
  }

  /** As young as the question, as far as this process goes; a row that it has written since would say the same again. */
  private async withUnwritten(seconds: number): Promise<Sample[]> {
    const rows = await this.history.since(new Date(this.moment.getTime() - seconds * 1000));
    if (!this.unwritten) return rows;
    const { node, since, figures } = this.unwritten;
    const at = this.moment.getTime() / 1000;
    const others = rows.filter((row) => row.node !== node || row.at <= since);
    return [...others, { at, resolution: 0, node, ...figures }];
  }

  /** The figures of (end - seconds, end]; undefined where there was nobody to see. */
  private window(samples: readonly Sample[], end: number, seconds: number): Figures | undefined {
    const name = `${end} ${seconds} ${samples.length} ${samples[0]?.at}`;
    const known = this.windows.get(name);
    if (known) return known.figures;
    const within = samples.filter(({ at }) => at > end - seconds && at <= end);
    const figures = within.length > 0 ? merge(within, this.rules) : undefined;
    this.windows.set(name, { figures });
    return figures;
  }
}
