import { isRedisAddress, parseRedisAddress } from './redis-address.ts';

it.each([
  ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
  ['redis://cache:7000/3', { host: 'cache', port: 7000, db: 3 }],
  ['redis://:p%40ss@cache', { host: 'cache', password: 'p@ss' }],
  ['redis://chat:secret@[::1]:7000', { host: '::1', port: 7000, username: 'chat', password: 'secret' }],
  ['rediss://cache.example.org', { host: 'cache.example.org', tls: { servername: 'cache.example.org' } }],
  [
    'redis+sentinel://:secret@a:26380,b/main/2?sentinelPassword=other',
    {
      sentinels: [
        { host: 'a', port: 26_380 },
        { host: 'b', port: 26_379 },
      ],
      name: 'main',
      db: 2,
      password: 'secret',
      sentinelPassword: 'other',
    },
  ],
  ['rediss+sentinel://a,b/main', { name: 'main', tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }],
])('understands %s', (text, options) => {
  expect(parseRedisAddress(text).options).toMatchObject(options);
});

it.each([
  'http://cache',
  'cache:6379',
  'redis://@/1',
  'redis://a,b',
  'redis://cache:99999',
  'redis://cache/main',
  'redis://cache?timeout=3',
  'redis://%zz:x@cache',
  'redis+sentinel://a,b',
  'rediss://cache?ca=/no/such/file',
])('refuses %s without repeating it', (text) => {
  expect(isRedisAddress(text)).toBe(false);
  expect(() => parseRedisAddress(text)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(text) }),
  );
});
