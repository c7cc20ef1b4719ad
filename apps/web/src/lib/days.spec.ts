import { endOfDay, endOfUtcDay, startOfDay, startOfUtcDay } from './days';

it('takes a whole day of the reader, whatever its length', () => {
  expect(startOfDay('2026-03-28')).toEqual(new Date(2026, 2, 28));
  expect(endOfDay('2026-03-31')).toEqual(new Date(2026, 3, 1));
});

it('takes a whole day of UTC, wherever the reader is', () => {
  expect(startOfUtcDay('2026-03-28')?.toISOString()).toBe('2026-03-28T00:00:00.000Z');
  expect(endOfUtcDay('2026-03-31')?.toISOString()).toBe('2026-04-01T00:00:00.000Z');
});

it.each(['', 'yesterday', '2026-13-45', '2026-3-1'])('takes %p for no day', (day) => {
  expect([startOfDay(day), endOfDay(day), startOfUtcDay(day), endOfUtcDay(day)]).toEqual([null, null, null, null]);
});
