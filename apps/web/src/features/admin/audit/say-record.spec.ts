import { sayAction } from './say-record';

it('reads an action aloud', () => {
  expect(sayAction('person.role_changed')).toBe('Person: role changed');
  expect(sayAction('restored')).toBe('Restored');
});
