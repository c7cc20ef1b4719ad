/** Topic of the hint that a session or key has ended; the hint is its id. */
export const SESSION_ENDED = 'session.ended';

/** Topic of the hint that the name, address or role of an account has changed; the hint is the account's id. */
export const ACCOUNT_CHANGED = 'account.changed';
