import { readOptions } from './options.ts';
import { planOf } from './plan.ts';
import { SCENARIOS } from './scenarios/all.ts';

const plan = (...argv: string[]) => planOf(readOptions(['--seed', '70', ...argv]));
const namesOf = (planned: ReturnType<typeof plan>): string[] => planned.map(({ scenario }) => scenario.name);

it('does every scenario once, in which each run has a seed of its own', () => {
  expect(namesOf(plan())).toEqual(SCENARIOS.map(({ name }) => name));
  expect(plan().map(({ run, seed }) => seed - run)).toEqual(SCENARIOS.map(() => 69));
});

it('does what takes long less often, and what takes a minute only when it is asked for', () => {
  const many = namesOf(plan('--runs', '1000'));
  const count = (name: string): number => many.filter((one) => one === name).length;
  expect(many).toHaveLength(1000);
  expect(count('kill-owner')).toBeGreaterThan(4 * count('rolling'));
  expect(count('reconnect')).toBeGreaterThan(0);
  expect(count('redis-gone-60')).toBe(0);
  expect(namesOf(plan('--runs', '2', '--only', 'redis-gone-60'))).toEqual(['redis-gone-60', 'redis-gone-60']);
});

it('gives a run the same seed and the same fault whichever is done first', () => {
  const [long, short] = [plan('--runs', '40'), plan('--runs', '10')];
  expect(long.slice(0, 10)).toEqual(short);
});

it('refuses scenarios and options by their names', () => {
  expect(() => plan('--only', 'earthquake')).toThrow('earthquake');
  expect(() => plan('--lease', '0')).toThrow('--lease');
  expect(() => plan('--runs', '1.5')).toThrow('--runs');
});
