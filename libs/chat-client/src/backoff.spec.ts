import { backoff } from './backoff.ts';

it('comes back fast once, then ever more slowly, spread over the whole interval, never beyond 15 s', () => {
  expect(backoff(0, () => 1)).toBe(200);
  expect([1, 2, 3, 4].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 4000]);
  expect(backoff(99, () => 1)).toBe(15_000);
  expect(backoff(99, () => 0)).toBe(0);
});
