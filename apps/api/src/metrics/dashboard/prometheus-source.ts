import { z } from 'zod';
import { Egress } from '../../common/egress/egress.ts';
import { refusalIn } from '../../common/egress/refused.ts';
import type { Measure } from './measure.ts';
import {
  type FoundValue,
  type FoundValues,
  type Grid,
  gaugeSeconds,
  MetricSource,
  type Reading,
  SourceFailed,
} from './metric-source.ts';
import { promql } from './promql.ts';

const PATIENCE_SECONDS = 5;
const MOST_BYTES = 8 * 1024 * 1024;

const Labels = z.record(z.string(), z.string());
const At = z.tuple([z.number(), z.string()]);
const Vector = z.array(z.object({ metric: Labels, value: At }));
const Matrix = z.array(z.object({ metric: Labels, values: z.array(At) }));
const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.object({ result: z.unknown() }) }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);

export interface PrometheusOptions {
  /** Where it is, also below a path. */
  url: string;
  token?: string | undefined;
  labels?: string | undefined;
  /** How long one answer may take. */
  patienceSeconds?: number;
}

/** A Prometheus that scrapes the replicas. Its address is the operator's choice, and may be in a private network. */
export class PrometheusSource extends MetricSource {
  readonly name = 'prometheus';
  private readonly egress: Egress;
  private readonly patienceSeconds: number;

  constructor(private readonly options: PrometheusOptions) {
    super();
    this.patienceSeconds = options.patienceSeconds ?? PATIENCE_SECONDS;
    this.egress = new Egress({
      reach: 'private',
      mostBytes: MOST_BYTES,
      totalMilliseconds: this.patienceSeconds * 1000,
    });
  }

  async read(now: Date): Promise<Reading> {
    const { labels } = this.options;
    const time = String(now.getTime() / 1000);
    return {
      over: async (measure, { times, stepSeconds, windowSeconds }: Grid): Promise<FoundValues[]> => {
        const seconds = measure.kind === 'gauge' ? gaugeSeconds(stepSeconds) : windowSeconds;
        const [start = 0, end = start] = [times[0], times.at(-1)];
        const found = await this.ask(Matrix, 'query_range', {
          query: promql(measure, seconds, labels),
          start: String(start),
          end: String(end),
          step: String(stepSeconds),
        });
        return found.map(({ metric, values }) => {
          const known = new Map(values.map(([at, value]) => [at, numberOf(value)]));
          return { labels: metric, values: times.map((at) => known.get(at) ?? null) };
        });
      },
      now: async (measure: Measure, seconds: number): Promise<FoundValue[]> => {
        const query = promql(measure, measure.kind === 'gauge' ? 0 : seconds, labels);
        const found = await this.ask(Vector, 'query', { query, time });
        return found.map(({ metric, value: [, value] }) => ({ labels: metric, value: numberOf(value) }));
      },
    };
  }

  /** Nothing is asked until somebody looks. */
  open(): void {}

  close(): Promise<void> {
    return this.egress.close();
  }

  private async ask<T extends z.ZodType>(shape: T, what: string, query: Record<string, string>): Promise<z.output<T>> {
    const { url, token } = this.options;
    const address = new URL(`api/v1/${what}`, url.endsWith('/') ? url : `${url}/`);
    address.search = String(new URLSearchParams({ ...query, timeout: `${this.patienceSeconds}s` }));
    const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    let answer: z.output<typeof Answer>;
    try {
      const response = await this.egress.fetch(address, { headers });
      if (response.status === 401 || response.status === 403)
        throw new SourceFailed(
          `Prometheus at ${address.host} asks for a token; MONITORING_API_TOKEN is what it is shown.`,
        );
      answer = Answer.parse(await response.json());
    } catch (error) {
      throw failed(error, address.host, this.patienceSeconds);
    }
    if (answer.status === 'error') throw new SourceFailed(`Prometheus at ${address.host} says: ${answer.error}.`);
    const result = shape.safeParse(answer.data.result);
    if (!result.success) throw new SourceFailed(notAnAnswer(address.host));
    return result.data;
  }
}

const notAnAnswer = (host: string): string => `What answers at ${host} does not speak as a Prometheus does.`;

const failed = (error: unknown, host: string, patience: number): SourceFailed => {
  if (error instanceof SourceFailed) return error;
  const cause = { cause: error };
  const refusal = refusalIn(error);
  if (refusal) return new SourceFailed(`MONITORING_API names ${refusal.what}; no request goes there.`, cause);
  if (isTimeout(error))
    return new SourceFailed(`Prometheus at ${host} did not answer within ${patience} seconds.`, cause);
  if (error instanceof z.ZodError || error instanceof SyntaxError) return new SourceFailed(notAnAnswer(host), cause);
  return new SourceFailed(`Prometheus at ${host} cannot be reached.`, cause);
};

/** By its name: not every runtime takes what a signal throws for an Error. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError';

/** A share of nothing is NaN there. */
const numberOf = (value: string): number | null => {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};
