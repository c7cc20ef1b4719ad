import { problemOf, unreachable } from './problem';

const REFRESHED_AT = 'chatbox.refreshedAt';

const refreshedAt = (): number => Number(localStorage.getItem(REFRESHED_AT) ?? 0);

async function refresh(): Promise<void> {
  const response = await fetch('/api/v1/auth/refresh', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  localStorage.setItem(REFRESHED_AT, String(Date.now()));
}

let running: Promise<void> | undefined;

/**
 * Renews the session cookies: once, however many calls and tabs ask for it. A refresh token works one time only, so two
 * tabs racing with the same one would look like theft. `since` is when the refused call began: a renewal after that
 * moment already answers it.
 */
export function refreshSession(since: number): Promise<void> {
  const once = async (): Promise<void> => {
    if (refreshedAt() < since) await refresh();
  };
  running ??= (navigator.locks ? navigator.locks.request('chatbox.session', once) : once()).finally(() => {
    running = undefined;
  });
  return running;
}

const LOCAL_PATH = /^\/(?![/\\])/;

/** Only a path of this site: an address from a link must not send a person elsewhere after signing in. */
export const safeNext = (next: string | null | undefined): string => (next && LOCAL_PATH.test(next) ? next : '/');

const withNext = (path: string): string => {
  const here = `${location.pathname}${location.search}`;
  return here === '/' ? path : `${path}?next=${encodeURIComponent(here)}`;
};

export const loginPath = (): string => withNext('/login');

/** Where somebody goes whose role needs a second factor, and who has none. */
export const FACTOR_SETUP = '/set-up-factor';
export const factorSetupPath = (): string => withNext(FACTOR_SETUP);
