import type { Family } from '../metrics/instruments.ts';

/** One value of one series; of a histogram its buckets, sum and count, each under its own name. */
interface Sample {
  name: string;
  labels: Readonly<Record<string, string | number | undefined>>;
  value: number;
}

type Where = (labels: Sample['labels']) => boolean;
const everything: Where = () => true;

/** The metrics of this process as they were at the last so many looks. Before the first look, everything was nothing. */
export class SampleWindow {
  private readonly kept: (readonly Sample[])[] = [[]];

  constructor(
    private readonly looks: number,
    private readonly names: ReadonlySet<string>,
  ) {}

  add(families: readonly Family[]): void {
    this.kept.push(families.flatMap(samplesOf).filter(({ name }) => this.names.has(name)));
    if (this.kept.length > this.looks + 1) this.kept.shift();
  }

  /** Samples of the last look. */
  now(name: string): readonly Sample[] {
    return (this.kept.at(-1) ?? []).filter((sample) => sample.name === name);
  }

  /** How much these counters grew, all together, over the last looks. */
  growth(name: string, where: Where = everything, looks = this.looks): number {
    const before = this.kept[Math.max(0, this.kept.length - 1 - looks)] ?? [];
    return sum(this.now(name), name, where) - sum(before, name, where);
  }

  /** The highest value that these gauges had at the last looks; 0 where they had none. */
  highest(name: string, where: Where, looks: number): number {
    const values = this.kept
      .slice(-looks)
      .flat()
      .filter((sample) => sample.name === name && where(sample.labels))
      .map(({ value }) => value);
    return Math.max(0, ...values);
  }

  /** Whether a gauge had this value at each of the last looks, and there were that many. */
  hasStayed(name: string, value: number, looks: number): boolean {
    const last = this.kept.slice(1).slice(-looks);
    return (
      last.length === looks &&
      last.every((samples) => samples.some((sample) => sample.name === name && sample.value === value))
    );
  }
}

const sum = (samples: readonly Sample[], name: string, where: Where): number =>
  samples.reduce((total, sample) => (sample.name === name && where(sample.labels) ? total + sample.value : total), 0);

const samplesOf = ({ name, values }: Family): Sample[] =>
  values.map((value) => ({
    name: 'metricName' in value && typeof value.metricName === 'string' ? value.metricName : name,
    labels: value.labels as Sample['labels'],
    value: value.value,
  }));
