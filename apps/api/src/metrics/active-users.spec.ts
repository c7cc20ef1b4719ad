import { ActiveUsers } from './active-users.ts';

const MINUTE = 60_000;

it('counts everybody once who asked within five minutes or is connected', () => {
  const people = new ActiveUsers();
  people.seen('ann', 0);
  people.seen('ben', MINUTE);
  people.seen('ann', 2 * MINUTE);
  people.connected('ann');
  people.connected('cyd');
  people.connected('cyd');
  expect(people.count(3 * MINUTE)).toBe(3);
  expect(people.count(6.5 * MINUTE)).toBe(2);
  people.disconnected('cyd', 7 * MINUTE);
  expect(people.count(7 * MINUTE)).toBe(2);
  people.disconnected('cyd', 8 * MINUTE);
  people.disconnected('ann', 8 * MINUTE);
  expect(people.count(12 * MINUTE)).toBe(2);
  expect(people.count(13 * MINUTE)).toBe(0);
});
