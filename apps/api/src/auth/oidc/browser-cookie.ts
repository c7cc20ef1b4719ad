import { createHash } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { PENDING_SECONDS } from './pending-logins.ts';

/** One for each sign-in that is under way, so that two tabs do not disturb each other. */
const nameOf = (state: string, secure: boolean): string =>
  `${secure ? '__Host-' : ''}chatbox_oidc_${createHash('sha256').update(state).digest('hex').slice(0, 12)}`;

/** Lax: the provider's redirect is a navigation from another site, and must bring it along. */
const cookie = (state: string, value: string, maxAge: number, secure: boolean): string =>
  stringifySetCookie({
    name: nameOf(state, secure),
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
  });

export const bindingCookie = (state: string, token: string, secure: boolean): string =>
  cookie(state, token, PENDING_SECONDS, secure);
export const noBindingCookie = (state: string, secure: boolean): string => cookie(state, '', 0, secure);

export const boundToken = (header: string | undefined, state: string): string | undefined => {
  if (header === undefined) return undefined;
  const jar = parseCookie(header);
  return jar[nameOf(state, true)] ?? jar[nameOf(state, false)];
};
