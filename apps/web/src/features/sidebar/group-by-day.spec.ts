import { dayLabel, groupByDay } from './group-by-day';

const now = new Date(2026, 2, 10, 0, 30);
const at = (year: number, month: number, day: number, hour = 12) => new Date(year, month - 1, day, hour);

describe('dayLabel', () => {
  it.each([
    [at(2026, 3, 10, 0), 'Today'],
    [at(2026, 3, 11, 9), 'Today'],
    [at(2026, 3, 9, 23), 'Yesterday'],
    [at(2026, 3, 8), 'Previous 7 days'],
    [at(2026, 3, 3), 'Previous 7 days'],
    [at(2026, 3, 2), 'March'],
    [at(2026, 1, 31), 'January'],
    [at(2025, 12, 31), 'December 2025'],
  ])('calls %s %s', (date, label) => {
    expect(dayLabel(date, now, 'en')).toBe(label);
  });
});

describe('groupByDay', () => {
  it('keeps the order and begins a group where the label changes', () => {
    const items = [at(2026, 3, 10, 0), at(2026, 3, 9), at(2026, 3, 9, 1), at(2026, 2, 1)].map((date, id) => ({
      id,
      updatedAt: date.toISOString(),
    }));
    expect(groupByDay(items, now, 'en').map((group) => [group.label, group.items.map((item) => item.id)])).toEqual([
      ['Today', [0]],
      ['Yesterday', [1, 2]],
      ['February', [3]],
    ]);
  });
});
