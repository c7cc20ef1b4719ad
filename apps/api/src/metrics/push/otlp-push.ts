import { type HrTime, ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { VERSION } from '../../common/version.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Family } from '../instruments.ts';
import type { Metrics } from '../metrics.ts';
import { resource } from '../resource.ts';

const GIVE_UP_MILLISECONDS = 5_000;

interface Receiver {
  /** Without the `/v1/metrics` at its end. */
  url: string;
  headers: Record<string, string>;
  everySeconds: number;
}

/**
 * Sends the figures that /metrics shows, all in one batch, as OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/). They are sums
 * since the start, so a batch that is lost is made up for by the next one: nothing is kept, and one is under way at most.
 */
export class OtlpPush {
  private readonly exporter: OTLPMetricExporter;
  private readonly timer: NodeJS.Timeout;
  private readonly began: HrTime = millisToHrTime(Date.now() - process.uptime() * 1000);
  private sending: Promise<void> | undefined;

  constructor(
    { url, headers, everySeconds }: Receiver,
    private readonly metrics: Metrics,
    deliveries: Deliveries,
  ) {
    this.exporter = deliveries.counted(
      'metrics',
      new OTLPMetricExporter({
        url: `${url}/v1/metrics`,
        headers,
        timeoutMillis: Math.min(GIVE_UP_MILLISECONDS, everySeconds * 1000),
        concurrencyLimit: 1,
        temporalityPreference: AggregationTemporality.CUMULATIVE,
      }),
    );
    this.timer = setInterval(() => this.send(), everySeconds * 1000);
    this.timer.unref();
  }

  /** Once more, with the last figures; then no more. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.sending;
    await this.send();
    await this.exporter.shutdown();
  }

  private send(): Promise<void> {
    this.sending ??= this.batch()
      .catch(() => undefined)
      .finally(() => {
        this.sending = undefined;
      });
    return this.sending;
  }

  private async batch(): Promise<void> {
    const families = await this.metrics.read();
    const now = millisToHrTime(Date.now());
    const scope = { name: 'chatbox', version: VERSION };
    const metrics = families.flatMap((family) => metricOf(family, this.began, now) ?? []);
    await new Promise<void>((done) =>
      this.exporter.export({ resource: resource(), scopeMetrics: [{ scope, metrics }] }, () => done()),
    );
  }
}

type Labels = Record<string, string | number>;
interface Series {
  labels: Labels;
  value: number;
  metricName?: string;
}

/** By the end of the name, as Prometheus has it; https://ucum.org/ucum */
const UNITS: [string, string][] = [
  ['_seconds', 's'],
  ['_bytes', 'By'],
  ['_ratio', '1'],
];
const unitOf = (name: string): string => UNITS.find(([end]) => name.replace(/_total$/, '').endsWith(end))?.[1] ?? '';

const metricOf = (family: Family, startTime: HrTime, endTime: HrTime): MetricData | undefined => {
  const { name, help: description } = family;
  const values = family.values as unknown as Series[];
  const type = family.type as unknown as string;
  const common = {
    descriptor: { name, description, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = <T>(of: (series: Series) => T) =>
    values.map((series) => ({ startTime, endTime, attributes: series.labels, value: of(series) }));
  if (type === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints: points(asIs) };
  if (type === 'counter')
    return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points(asIs) };
  if (type !== 'histogram') return undefined;
  const dataPoints = histogramsIn(name, values).map(({ labels, ...value }) => ({
    startTime,
    endTime,
    attributes: labels,
    value,
  }));
  return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
};

const asIs = ({ value }: Series): number => value;

/** Prometheus counts up to each bound, OTLP between two; the series of one histogram follow each other, its count at the end. */
const histogramsIn = (name: string, values: Series[]) => {
  const histograms: {
    labels: Labels;
    buckets: { boundaries: number[]; counts: number[] };
    sum: number;
    count: number;
  }[] = [];
  let boundaries: number[] = [];
  let counts: number[] = [];
  let below = 0;
  let sum = 0;
  for (const { metricName, labels, value } of values) {
    if (metricName === `${name}_sum`) sum = value;
    else if (metricName === `${name}_count`) {
      histograms.push({ labels, buckets: { boundaries, counts }, sum, count: value });
      [boundaries, counts, below] = [[], [], 0];
    } else {
      if (labels.le !== '+Inf') boundaries.push(Number(labels.le));
      counts.push(value - below);
      below = value;
    }
  }
  return histograms;
};
