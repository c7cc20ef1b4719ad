import { ProblemError } from '@/lib/problem';
import { sayWait } from '@/lib/say';
import { checkEntries, complaintsOf } from './complaints';

const problem = (code: 'auth.too_many_attempts' | 'request.invalid', extra: object) =>
  new ProblemError({
    type: 'about:blank',
    title: 'Too many failed sign-ins',
    status: 400,
    code,
    retry: true,
    ...extra,
  });

describe('what the door says', () => {
  it.each([
    [1, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [61, '2 minutes'],
    [900, '15 minutes'],
  ])('calls %s seconds %s', (seconds, said) => {
    expect(sayWait(seconds)).toBe(said);
  });

  it('says how long a locked account has to wait', () => {
    const error = problem('auth.too_many_attempts', { retryAfterSeconds: 840 });
    expect(complaintsOf(error).form).toBe('Too many failed sign-ins. Try again in 14 minutes.');
  });

  it('puts an issue of the server next to its field', () => {
    const error = problem('request.invalid', { issues: [{ path: 'email', message: 'not an e-mail' }] });
    expect(complaintsOf(error)).toEqual({ fields: { email: 'not an e-mail' } });
  });

  it('asks for eight characters of new passwords only', () => {
    const entries = { email: 'ann@example.org', password: 'seven77' };
    expect(checkEntries(entries, true).password).toMatch('at least 8');
    expect(checkEntries(entries, false)).toEqual({});
  });
});
