import type { Logger } from '../../common/logger.ts';
import type { Metrics } from '../metrics.ts';
import type { MetricHistory } from './metric-history.ts';
import { add, type Figures, type GaugeRules, keyOf, ruleOf, seriesAt } from './samples.ts';

const TIDY_MILLISECONDS = 60_000;
/** Labels take few values; should one ever take many, a row still has its bounds. */
const MOST_SERIES = 1_000;

export interface SamplerOptions {
  node: string;
  everySeconds: number;
  /** Series to keep, each with the labels that matter. */
  keep: ReadonlyMap<string, ReadonlySet<string>>;
  rules: GaugeRules;
}

/**
 * Writes down, every few seconds, by how much the counters of this process have grown and what its gauges say. Growth is against what
 * was written last: a row that could not be written is part of the next one, and a process that starts begins with nothing.
 */
export class Sampler {
  private written = new Map<string, number>();
  /** What the same node wrote before this process began is of another life of it. */
  private writtenAt = Date.now() / 1000;
  private lastTidy = Number.NEGATIVE_INFINITY;
  private sampling: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failed = false;

  constructor(
    private readonly metrics: Metrics,
    private readonly history: MetricHistory,
    private readonly options: SamplerOptions,
    private readonly logger: Logger,
  ) {}

  start(): void {
    void this.sample();
    this.timer = setInterval(() => void this.sampleAndTidy(), this.options.everySeconds * 1000).unref();
  }

  /** What has happened since the last sample is not lost, unless the database is. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    if (!this.failed) await this.sample();
  }

  /** What the next row will say, if it were written now, and the time of the row before, in seconds since 1970. null: nobody counts. */
  async unwritten(): Promise<{ node: string; since: number; figures: Figures } | null> {
    const { figures } = await this.figures();
    return saysNothing(figures) ? null : { node: this.options.node, since: this.writtenAt, figures };
  }

  private async sampleAndTidy(): Promise<void> {
    await this.sample();
    if (this.failed || performance.now() - this.lastTidy < TIDY_MILLISECONDS) return;
    this.lastTidy = performance.now();
    await this.history.tidy(this.options.rules).catch((error: unknown) => this.warn(error));
  }

  private sample(): Promise<void> {
    this.sampling ??= this.write()
      .then(
        () => {
          this.failed = false;
        },
        (error: unknown) => {
          if (!this.failed) this.warn(error);
          this.failed = true;
        },
      )
      .finally(() => {
        this.sampling = undefined;
      });
    return this.sampling;
  }

  private async write(): Promise<void> {
    const { figures, counted } = await this.figures();
    if (saysNothing(figures)) return;
    this.writtenAt = await this.history.add(this.options.node, figures);
    this.written = counted;
  }

  private warn(error: unknown): void {
    this.logger.warn({ err: error }, 'the history of the figures could not be written');
  }

  private async figures(): Promise<{ figures: Figures; counted: Map<string, number> }> {
    const { keep, rules } = this.options;
    const counted = new Map<string, number>();
    const figures: Figures = { increases: {}, gauges: {} };
    for (const family of await this.metrics.read())
      for (const { metricName: metric = family.name, labels, value } of family.values as NamedValue[]) {
        const kept = keep.get(metric);
        if (!kept) continue;
        const key = keyOf(metric, labels, kept);
        if (!rules.has(metric)) {
          counted.set(key, (counted.get(key) ?? 0) + value);
          continue;
        }
        const rule = ruleOf(rules, seriesAt(key));
        if (!rule) continue;
        if (rule.across === 'max') figures.gauges[key] = Math.max(figures.gauges[key] ?? value, value);
        else add(figures.gauges, key, value);
      }
    for (const [key, value] of [...counted].slice(0, MOST_SERIES)) {
      const before = this.written.get(key) ?? 0;
      const grown = value >= before ? value - before : value;
      if (grown > 0) figures.increases[key] = grown;
    }
    return { figures, counted };
  }
}

/** A process that counts at all counts itself. A row of nothing would be taken for one in which nothing went wrong. */
const saysNothing = ({ gauges }: Figures): boolean => Object.keys(gauges).length === 0;

interface NamedValue {
  value: number;
  labels: Readonly<Record<string, string | number | undefined>>;
  /** Of a histogram: which of its series it is. */
  metricName?: string;
}
