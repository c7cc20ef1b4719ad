import { randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { CEREMONY_MINUTES } from './passkey-challenges.ts';

/** Only the routes of sign-ins see it. */
const PATH = '/api/v1/auth/login';
const nameOf = (secure: boolean): string => (secure ? '__Secure-chatbox_browser' : 'chatbox_browser');

/** What ties a sign-in by passkey to the browser that began it. The same for two tabs, which then do not disturb each other. */
export const browserOf = (cookieHeader: string | undefined): string | undefined => {
  const jar = parseCookie(cookieHeader ?? '');
  return jar[nameOf(true)] ?? jar[nameOf(false)];
};

export const newBrowser = (): string => randomBytes(32).toString('base64url');

export const browserCookie = (browser: string, secure: boolean): string =>
  stringifySetCookie({
    name: nameOf(secure),
    value: browser,
    maxAge: CEREMONY_MINUTES * 60,
    path: PATH,
    httpOnly: true,
    sameSite: 'strict',
    secure,
  });
