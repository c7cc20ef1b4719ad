import { backoff } from './backoff.ts';

it('comes back fast once, stays brisk for a dozen tries, then slows down to 15 s, spread over the whole interval', () => {
  expect(backoff(0, () => 1)).toBe(200);
  expect([1, 2, 3, 4, 12].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 2000, 2000]);
  expect([13, 14, 15, 99].map((attempt) => backoff(attempt, () => 1))).toEqual([4000, 8000, 15_000, 15_000]);
  expect(backoff(99, () => 0)).toBe(0);
});
