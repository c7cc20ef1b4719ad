import { Inflow } from './inflow.ts';

const ever = (inflow: Inflow, times: number, now: number): boolean[] =>
  Array.from({ length: times }, () => inflow.take(now));

it('lets a burst through, then a steady flow, and no more', () => {
  const inflow = new Inflow();
  expect(ever(inflow, 300, 0).every(Boolean)).toBe(true);
  expect(inflow.take(0)).toBe(false);
  expect(ever(inflow, 6, 100)).toEqual([true, true, true, true, true, false]);
  expect(ever(inflow, 301, 3_600_000).filter(Boolean)).toHaveLength(300);
});

it('bounds what waits, by number and by size', () => {
  const many = new Inflow();
  expect(Array.from({ length: 200 }, () => many.begin(10)).every(Boolean)).toBe(true);
  expect(many.begin(10)).toBe(false);
  many.done(10);
  expect(many.begin(10)).toBe(true);
  const large = new Inflow();
  const size = 1024 * 1024;
  expect([1, 2, 3, 4, 5].map(() => large.begin(size))).toEqual([true, true, true, true, false]);
});
