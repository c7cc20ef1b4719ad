import type { Config } from '../config/config.ts';
import { type Arrival, RequestOrigin } from './request-origin.ts';

const origins = new RequestOrigin({
  PUBLIC_URL: 'https://chat.example/',
  CORS_ORIGIN: 'https://friend.example, http://localhost:8080',
  TRUSTED_PROXIES: '127.0.0.1,::1,10.0.0.0/8',
} as Config);
const vouched = (headers: Arrival['headers'], peer?: string) => origins.vouched({ headers, peer });

describe('a browser vouches for', () => {
  it.each<[string, Arrival['headers'], string?]>([
    ['the own host', { host: 'localhost:3000', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }],
    [
      'the own host, behind a proxy that ends TLS and does not say so',
      { host: 'a.example', origin: 'https://a.example' },
    ],
    [
      'the address that people use',
      { host: '127.0.0.1:9', origin: 'https://chat.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['a friend', { host: 'chat.example', origin: 'https://friend.example', 'sec-fetch-site': 'cross-site' }],
    ['the second friend', { host: 'chat.example', origin: 'http://localhost:8080', 'sec-fetch-site': 'cross-site' }],
    ['a page that sent no origin', { host: 'a.example', 'sec-fetch-site': 'same-origin' }],
    ['a host in capital letters', { host: 'A.Example', origin: 'https://a.example' }],
    [
      'the host that a trusted proxy saw',
      { host: '127.0.0.1:9', 'x-forwarded-host': 'a.example', origin: 'https://a.example' },
      '10.1.2.3',
    ],
    [
      'the same over IPv4 in IPv6',
      { host: '127.0.0.1:9', 'x-forwarded-host': 'a.example', origin: 'https://a.example' },
      '::ffff:127.0.0.1',
    ],
  ])('%s', (_, headers, ...[peer]) => {
    expect(vouched(headers, peer)).toBe(true);
  });
});

describe('a browser speaks against', () => {
  it.each<[string, Arrival['headers'], string?]>([
    ['another host', { host: 'a.example', origin: 'https://evil.example' }],
    ['another port', { host: 'a.example:3000', origin: 'http://a.example:3001' }],
    ['a subdomain', { host: 'a.example', origin: 'https://x.a.example', 'sec-fetch-site': 'same-site' }],
    ['a name that begins like ours', { host: 'a.example', origin: 'https://a.example.evil.example' }],
    ['a friend over another scheme', { host: 'a.example', origin: 'http://friend.example' }],
    ['the null origin', { host: 'a.example', origin: 'null' }],
    ['an empty origin', { host: 'a.example', origin: '' }],
    ['an extension', { host: 'a.example', origin: 'chrome-extension://a.example' }],
    ['a cross-site request without an origin', { host: 'a.example', 'sec-fetch-site': 'cross-site' }],
    [
      'a cross-site request with our origin',
      { host: 'a.example', origin: 'https://a.example', 'sec-fetch-site': 'cross-site' },
    ],
    [
      'a host that a stranger claims to have seen',
      { host: 'a.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' },
      '192.0.2.1',
    ],
    [
      'a host that nobody vouches for',
      { host: 'a.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' },
    ],
  ])('%s', (_, headers, ...[peer]) => {
    expect(vouched(headers, peer)).toBe(false);
  });
});

it('says nothing about a program', () => {
  expect(vouched({ host: 'a.example' })).toBeUndefined();
});

describe('a request is secure', () => {
  const isSecure = (forwarded: string | undefined, peer: string, encrypted = false) =>
    origins.isSecure({ headers: forwarded === undefined ? {} : { 'x-forwarded-proto': forwarded }, peer }, encrypted);

  it('when it is encrypted, or a trusted proxy says that it was', () => {
    expect(isSecure(undefined, '192.0.2.1', true)).toBe(true);
    expect(isSecure('https', '127.0.0.1')).toBe(true);
    expect(isSecure('https, http', '127.0.0.1')).toBe(true);
  });

  it('not when a stranger says so', () => {
    expect(isSecure('https', '192.0.2.1')).toBe(false);
    expect(isSecure('http', '127.0.0.1', true)).toBe(false);
    expect(isSecure(undefined, '127.0.0.1')).toBe(false);
  });
});
