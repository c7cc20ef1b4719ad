import type { AuthResult } from '@chatbox/contracts';
import { parseCookie, stringifySetCookie } from 'cookie';
import { ACCESS_SECONDS } from './access-token.ts';

/** Only the routes of sessions ever see the refresh token. */
const REFRESH_PATH = '/api/v1/auth';

/**
 * Over TLS the access cookie carries `__Host-`, so that neither a subdomain nor plain HTTP can plant one (RFC 6265bis 4.1.3).
 * The refresh cookie has a path, which that prefix forbids, and carries `__Secure-`.
 */
const names = (secure: boolean) =>
  secure
    ? { access: '__Host-chatbox_access', refresh: '__Secure-chatbox_refresh' }
    : { access: 'chatbox_access', refresh: 'chatbox_refresh' };

const setCookie = (kind: 'access' | 'refresh', value: string, maxAge: number, secure: boolean): string =>
  stringifySetCookie({
    name: names(secure)[kind],
    value,
    maxAge,
    path: kind === 'access' ? '/' : REFRESH_PATH,
    httpOnly: true,
    sameSite: 'lax',
    secure,
  });

/** `Set-Cookie` values for a browser that has just signed in or refreshed. */
export const sessionCookies = ({ accessToken, refreshToken, session }: AuthResult, secure: boolean): string[] => {
  const left = Math.max(0, Math.floor((Date.parse(session.expiresAt) - Date.now()) / 1000));
  return [
    setCookie('access', accessToken, Math.min(left, ACCESS_SECONDS), secure),
    setCookie('refresh', refreshToken, left, secure),
  ];
};

/**
 * `Set-Cookie` values that make a browser forget its session. Over TLS also the one that it may have from before there was TLS:
 * it would be sent as well, and the person would still be signed in.
 */
export const noCookies = (secure: boolean): string[] =>
  (secure ? [true, false] : [false]).flatMap((prefixed) => [
    setCookie('access', '', 0, prefixed),
    setCookie('refresh', '', 0, prefixed),
  ]);

/** The prefixed name wins: where there is one, it is the one that nobody else can have set. */
const read = (header: string | undefined, kind: 'access' | 'refresh'): string | undefined => {
  if (header === undefined) return undefined;
  const jar = parseCookie(header);
  return jar[names(true)[kind]] ?? jar[names(false)[kind]];
};

export const accessCookie = (header: string | undefined): string | undefined => read(header, 'access');
export const refreshCookie = (header: string | undefined): string | undefined => read(header, 'refresh');
