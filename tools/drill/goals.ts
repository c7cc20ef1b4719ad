import { percentile } from '../bench/statistics.ts';
import type { Outcome } from './run.ts';

/** A reliability figure of docs/reliability.md, as a report has it. */
export interface Goal {
  goal: string;
  /** What was measured, and how much of it is asked. */
  what: string;
  limit: string;
  /** How many values the figure is made of; 0: it was not measured. */
  values: number;
  measured: string;
  /** Undefined where nothing was measured. */
  met: boolean | undefined;
}

type Runs = readonly Outcome[];

const RUNS = 1_000;
const TAKEOVER_MILLISECONDS = 2_000;
const REDIS_MILLISECONDS = 1_000;
const DATABASE_MILLISECONDS = 2_000;
const BACK_MILLISECONDS = 10_000;
const QUERIES_TIMES = 1.1;
const HELD_MEBIBYTES = 1;
const CUT_MILLISECONDS = 15_000;
const OTHERS_TIMES = 1.05;

/** What the runs of a report say about each goal. Ratios and differences are of values of the same run. */
export const goalsOf = ({ runs }: { runs: Runs }): Goal[] => [
  takeover(runs, 'killed', 'kill -9 of the replica that writes'),
  takeover(runs, 'stood still', 'SIGSTOP of the replica that writes'),
  takeover(runs, 'cut off', 'the replica that writes cannot reach the database'),
  seededRuns(runs),
  goal('R3', 'Redis killed, stopped, flushed, full, gone or cut off: writes wait longer than a bare client of it by', {
    limit: `≤ ${ms(REDIS_MILLISECONDS)}`,
    values: pairs(runs, 'R3 longest time without a write that succeeded, ms', BARE_REDIS, (own, bare) => own - bare),
    text: (values) => `p99 ${ms(Math.max(0, percentile(values, 0.99)))}, most ${ms(Math.max(0, ...values))}`,
    met: (values) => Math.max(...values) <= REDIS_MILLISECONDS,
  }),
  goal('R4', 'PostgreSQL primary killed, or its standby promoted: the API writes later than a bare client by', {
    limit: `≤ ${ms(DATABASE_MILLISECONDS)}`,
    values: all(runs, 'R4 the API writes later than it by, ms'),
    text: (values) => `p50 ${ms(percentile(values, 0.5))}, most ${ms(Math.max(...values))}`,
    met: (values) => Math.max(...values) <= DATABASE_MILLISECONDS,
  }),
  goal('R5', 'rolling restart under load: requests that failed after one retry, and lost answers', {
    limit: '0',
    values: all(runs, 'R5 requests that failed after one retry').map(
      (failed, index) => failed + (all(runs, 'R5 answers that were lost')[index] ?? 0),
    ),
    text: (values) => `${sum(values)} of ${sum(all(runs, 'R5 requests meanwhile'))} requests`,
    met: (values) => sum(values) === 0,
  }),
  goal('R6', 'sockets that are all lost at once watch again after', {
    limit: `≤ ${ms(BACK_MILLISECONDS)}`,
    values: all(runs, 'R6 from lost to watching again, the last, ms'),
    text: (values) => `${ms(Math.max(...values))} for the last of ${Math.max(...all(runs, 'R6 sockets'))}`,
    met: (values) => Math.max(...values) <= BACK_MILLISECONDS,
  }),
  goal('R6', 'transactions a second meanwhile, to those before', {
    limit: `≤ ${QUERIES_TIMES} ×`,
    values: pairs(
      runs,
      'R6 transactions a second meanwhile',
      'R6 transactions a second before',
      (own, before) => own / before,
    ),
    text: (values) => times(percentile(values, 0.5)),
    met: (values) => percentile(values, 0.5) <= QUERIES_TIMES,
  }),
  goal('R7', 'what a replica holds for a reader that stopped', {
    limit: `≤ ${HELD_MEBIBYTES} MiB`,
    values: all(runs, 'R7 held for each reader that stopped, MiB'),
    text: (values) => `${Math.max(0, ...values).toFixed(2)} MiB`,
    met: (values) => Math.max(...values) <= HELD_MEBIBYTES,
  }),
  goal('R7', 'a reader that stopped is cut after', {
    limit: `≤ ${ms(CUT_MILLISECONDS)}`,
    values: all(runs, 'R7 from the first byte to the cut, ms'),
    text: (values) => ms(Math.max(...values)),
    met: (values) => Math.max(...values) <= CUT_MILLISECONDS,
  }),
  goal('R7', 'requests of others meanwhile, p99, to the same with a reader that reads', {
    limit: `≤ ${OTHERS_TIMES} ×`,
    values: pairs(
      runs,
      'R7 requests of others, p99 while the sockets do not read, ms',
      'R7 requests of others, p99 while the sockets read, ms',
      (stuck, reading) => stuck / reading,
    ),
    text: (values) =>
      `${times(percentile(values, 0.5))}, from ${times(Math.min(...values))} to ${times(Math.max(...values))}`,
    met: (values) => percentile(values, 0.5) <= OTHERS_TIMES,
  }),
];

export const goalTable = (goals: readonly Goal[]): string[][] =>
  goals.map(({ goal: name, what, limit, values, measured, met }) => [
    name,
    what,
    limit,
    String(values),
    measured,
    met === undefined ? 'not measured' : met ? 'yes' : 'NO',
  ]);

export const GOAL_HEAD = ['goal', 'what', 'asked', 'values', 'measured', 'met'];

const BARE_REDIS = 'R3 a bare client of Redis writes again after, ms';

interface Measure {
  limit: string;
  values: readonly number[];
  text(values: readonly number[]): string;
  met(values: readonly number[]): boolean;
}

const goal = (name: string, what: string, { limit, values, text, met }: Measure): Goal => ({
  goal: name,
  what,
  limit,
  values: values.length,
  measured: values.length === 0 ? '' : text(values),
  met: values.length === 0 ? undefined : met(values),
});

const takeover = (runs: Runs, how: string, what: string): Goal =>
  goal('R1', `${what}: from the end of its lease to the next words, for each reader, p99`, {
    limit: `≤ ${ms(TAKEOVER_MILLISECONDS)}`,
    values: all(runs, `R1 ${how}: from the end of the lease to the next words, ms`),
    text: (values) =>
      `${ms(percentile(values, 0.99))}, p50 ${ms(percentile(values, 0.5))}, most ${ms(Math.max(...values))}`,
    met: (values) => percentile(values, 0.99) <= TAKEOVER_MILLISECONDS,
  });

const seededRuns = (runs: Runs): Goal => {
  const bad = runs.filter(({ violations }) => violations.length > 0).length;
  const messages = sum(runs.map((run) => run.messages));
  return goal('R2', 'seeded runs in which a promise did not hold', {
    limit: `0 of ${RUNS}`,
    values: runs.map(() => 1),
    text: () => `${bad} of ${runs.length}, with ${messages} messages`,
    met: () => bad === 0 && runs.length >= RUNS,
  });
};

const all = (runs: Runs, figure: string): number[] => runs.flatMap(({ figures }) => figures[figure] ?? []);

const pairs = (runs: Runs, own: string, other: string, compare: (own: number, other: number) => number): number[] =>
  runs.flatMap(({ figures }) =>
    (figures[own] ?? []).flatMap((value, index) => {
      const against = figures[other]?.[index];
      return against === undefined ? [] : [compare(value, against)];
    }),
  );

const sum = (values: readonly number[]): number => values.reduce((before, value) => before + value, 0);
const ms = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
