import { goalsOf } from './goals.ts';
import type { Outcome } from './run.ts';

const run = (figures: Record<string, number[]>, violations: string[] = []): Outcome => ({
  run: 1,
  scenario: 'any',
  seed: 1,
  seconds: 1,
  messages: 5,
  characters: 100,
  violations,
  figures,
});
const verdicts = (goal: string, ...runs: Outcome[]) =>
  goalsOf({ runs })
    .filter((one) => one.goal === goal)
    .map(({ met }) => met);

const R1 = 'R1 killed: from the end of the lease to the next words, ms';

it('says of what was not measured that it was not', () => {
  const goals = goalsOf({ runs: [] });
  expect(goals.map(({ met }) => met)).toEqual(goals.map(() => undefined));
});

it('judges a takeover by the slowest of a hundred readers', () => {
  const fast = Array.from({ length: 150 }, () => 900);
  expect(verdicts('R1', run({ [R1]: [...fast, 9_000] }))).toContain(true);
  expect(verdicts('R1', run({ [R1]: [...fast, 9_000, 9_000] }))).toContain(false);
});

it('takes a thousand good runs, and no bad one', () => {
  const good = Array.from({ length: 1_000 }, () => run({}));
  expect(verdicts('R2', ...good)).toEqual([true]);
  expect(verdicts('R2', ...good.slice(1))).toEqual([false]);
  expect(verdicts('R2', ...good, run({}, ['lost']))).toEqual([false]);
});

it('compares with the baseline of the same run', () => {
  const redis = (bare: number, own: number) =>
    run({
      'R3 a bare client of Redis writes again after, ms': [bare],
      'R3 longest time without a write that succeeded, ms': [own],
    });
  expect(verdicts('R3', redis(2_000, 2_900), redis(10, 100))).toEqual([true]);
  expect(verdicts('R3', redis(2_000, 100), redis(10, 1_100))).toEqual([false]);
  const reader = (stuck: number, reading: number) =>
    run({
      'R7 requests of others, p99 while the sockets do not read, ms': [stuck],
      'R7 requests of others, p99 while the sockets read, ms': [reading],
    });
  expect(verdicts('R7', reader(104, 100))).toEqual([undefined, undefined, true]);
  expect(verdicts('R7', reader(120, 100))).toEqual([undefined, undefined, false]);
});

it('counts a lost answer of a rolling restart as much as a request that failed twice', () => {
  const rolling = (failed: number, lost: number) =>
    run({
      'R5 requests meanwhile': [100],
      'R5 requests that failed after one retry': [failed],
      'R5 answers that were lost': [lost],
    });
  expect(verdicts('R5', rolling(0, 0))).toEqual([true]);
  expect(verdicts('R5', rolling(0, 0), rolling(0, 1))).toEqual([false]);
  expect(verdicts('R5', rolling(1, 0))).toEqual([false]);
});
