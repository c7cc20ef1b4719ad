import { Counter, collectDefaultMetrics, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import { RESOLUTION_MILLISECONDS } from './event-loop.ts';

interface Description<L extends string> {
  /** With the unit at its end: https://prometheus.io/docs/practices/naming/ */
  name: `chatbox_${string}`;
  help: string;
  labels?: readonly L[];
}
type Values<L extends string> = Readonly<Record<L, readonly string[]>>;
/** Without labels: `{}`. */
type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Count<L extends string = never> {
  add(labels: Labels<L>, by?: number): void;
}
export interface Level<L extends string = never> {
  set(labels: Labels<L>, value: number): void;
  change(labels: Labels<L>, by: 1 | -1): void;
}
export interface Spread<L extends string = never> {
  /** `traceId`: of a trace that was kept, so that a bucket can be followed to one request that fell into it. */
  observe(labels: Labels<L>, value: number, traceId?: string): void;
}

/** One metric with all its series, as data. */
export type Family = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];
export type Format = 'prometheus' | 'openmetrics';

const NOTHING = { add: () => {}, set: () => {}, change: () => {}, observe: () => {} };
/**
 * What figures are made of: prom-client where somebody watches, nothing at all where nobody does, so that what watching costs can be
 * measured and saved.
 */
export class Instruments {
  /** OpenMetrics is the richer format: only a registry of that type accepts histograms that keep exemplars. */
  private readonly open = new Registry<OpenMetricsContentType>();
  private readonly plain = new Registry();

  constructor(readonly isOn: boolean) {
    this.open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    if (!isOn) return;
    // Memory, descriptors, garbage collection, delay of the event loop: process_* and nodejs_*, the names that dashboards know.
    // Their delay of the event loop has the time between two looks in it, which is ten milliseconds where nothing is said.
    collectDefaultMetrics({ register: this.plain, eventLoopMonitoringPrecision: RESOLUTION_MILLISECONDS });
    for (const { name } of this.plain.getMetricsAsArray()) {
      const metric = this.plain.getSingleMetric(name);
      if (metric) this.open.registerMetric(metric);
    }
  }

  /**
   * `values`: all that its labels can be, where they are few and known. Those series stand at 0 from the start on: a rise is only seen
   * where there was something before.
   */
  counter<L extends string = never>({ values, ...description }: Description<L> & { values?: Values<L> }): Count<L> {
    if (!this.isOn) return NOTHING;
    const counter = new Counter<string>(this.configuration(description));
    this.plain.registerMetric(counter);
    for (const labels of values ? everyCombination(values) : []) counter.inc(labels, 0);
    return { add: (labels, by = 1) => counter.inc(labels, by) };
  }

  gauge<L extends string = never>(description: Description<L>): Level<L> {
    if (!this.isOn) return NOTHING;
    const gauge = new Gauge<string>(this.configuration(description));
    this.plain.registerMetric(gauge);
    return {
      set: (labels, value) => gauge.set(labels, value),
      change: (labels, by) => gauge.inc(labels, by),
    };
  }

  histogram<L extends string = never>({ buckets, ...description }: Description<L> & { buckets: number[] }): Spread<L> {
    if (!this.isOn) return NOTHING;
    const histogram = new Histogram<string>({
      ...this.configuration(description),
      buckets,
      enableExemplars: true,
    });
    this.plain.registerMetric(histogram);
    return {
      observe: (labels, value, traceId) =>
        histogram.observe(
          traceId === undefined
            ? { labels: labels, value }
            : { labels: labels, value, exemplarLabels: { trace_id: traceId } },
        ),
    };
  }

  /** https://prometheus.io/docs/instrumenting/exposition_formats/; only OpenMetrics has a place for exemplars. */
  text(format: Format): Promise<string> {
    if (format === 'prometheus') return this.plain.metrics();
    // prom-client cuts "_total" off the metrics themselves when it begins to write this format, and never gives it back.
    const metrics = this.open.getMetricsAsArray();
    const names = metrics.map(({ name }) => name);
    const text = this.open.metrics();
    metrics.forEach((metric, index) => {
      metric.name = names[index] ?? metric.name;
    });
    return text;
  }

  contentType(format: Format): string {
    return format === 'prometheus' ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE;
  }

  families(): Promise<Family[]> {
    return this.plain.getMetricsAsJSON();
  }

  private configuration<L extends string>({ labels, ...description }: Description<L>) {
    return { ...description, labelNames: labels ?? [], registers: [this.open] };
  }
}

const everyCombination = (values: Values<string>): Record<string, string>[] =>
  Object.entries(values).reduce<Record<string, string>[]>(
    (made, [label, all]) => made.flatMap((labels) => all.map((value) => ({ ...labels, [label]: value }))),
    [{}],
  );
