import { endOfDay, startOfDay } from './days';

it('takes a whole day of the reader, whatever its length', () => {
  expect(startOfDay('2026-03-28')).toEqual(new Date(2026, 2, 28));
  expect(endOfDay('2026-03-31')).toEqual(new Date(2026, 3, 1));
});

it.each(['', 'yesterday', '2026-13-45', '2026-3-1'])('takes %p for no day', (day) => {
  expect([startOfDay(day), endOfDay(day)]).toEqual([null, null]);
});
