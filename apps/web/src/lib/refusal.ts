import { PasskeyDeclined } from './passkeys';
import { isProblem, sayProblem } from './problem';
import { sayWait } from './say';

/** What a person reads whose proof was not accepted. */
export function sayRefusal(error: unknown): string {
  if (error instanceof PasskeyDeclined) return 'No passkey was used. Try again, or choose another way.';
  if (error instanceof DOMException && error.name === 'InvalidStateError') {
    return 'This device has a passkey for this account already.';
  }
  if (isProblem(error, 'auth.bad_credentials')) return 'That is not your password.';
  if (isProblem(error, 'auth.factor_wrong')) return 'That is not right, or has been used already. Try the next code.';
  if (isProblem(error, 'auth.too_many_attempts', 'rate.limited')) {
    const { title, retryAfterSeconds } = error.problem;
    const wait = retryAfterSeconds === undefined ? 'later' : `in ${sayWait(retryAfterSeconds)}`;
    return `${title}. Try again ${wait}.`;
  }
  return sayProblem(error);
}
