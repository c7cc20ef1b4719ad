import type { Measure } from './measure.ts';

export interface Grid {
  /** Seconds since 1970, in order, one step apart. */
  readonly times: readonly number[];
  readonly stepSeconds: number;
  /** Of what grows, each value is about so many seconds before its time: more than a step where a step is too short for a rate. */
  readonly windowSeconds: number;
}

export interface Found {
  readonly labels: Readonly<Record<string, string>>;
}
export interface FoundValue extends Found {
  readonly value: number | null;
}
export interface FoundValues extends Found {
  readonly values: readonly (number | null)[];
}

/** No answer; the message is a sentence for whoever looks at the dashboard. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';
}

/**
 * Knows how the figures of all replicas were. Each answer has one entry for each value of the labels that the measure is `by`,
 * without `by` one or, where nothing at all is known, none. Nothing is counted twice, and a counter that begins again at zero has
 * not shrunk. What was not seen is null, never 0; what was seen and did not happen is 0. A share of nothing is null.
 * Throws SourceFailed, within seconds.
 */
export abstract class MetricSource {
  abstract readonly name: 'prometheus' | 'builtin';
  /** What is asked of the same reading is of the same moment, and is looked up as rarely as possible. */
  abstract read(now: Date): Promise<Reading>;
  abstract open(): void;
  abstract close(): Promise<void>;
}

export interface Reading {
  /** How it went. Gauges are over one step, at least a minute. */
  over(measure: Measure, grid: Grid): Promise<FoundValues[]>;
  /** How it is: over the last so many seconds; of gauges, which have no need of any, the latest. */
  now(measure: Measure, seconds: number): Promise<FoundValue[]>;
}

/** Gauges are sampled at moments; what is shown of them is of a minute, so that a sample more or less is not seen. */
export const gaugeSeconds = (stepSeconds: number): number => Math.max(stepSeconds, 60);
