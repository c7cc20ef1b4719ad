import { newTotpSecret, qrOf, stepOf, totpUri } from './totp-code.ts';

/** RFC 6238 appendix B, the last six digits of the SHA-1 rows; the secret is '12345678901234567890'. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const VECTORS: [number, string][] = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
];

it.each(VECTORS)('at second %d of the epoch the code is %s', (seconds, code) => {
  expect(stepOf(SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
});

it('takes a code of the step before and after, and names the step it belongs to', () => {
  const at = 1111111111;
  const step = Math.floor(at / 30);
  expect(stepOf(SECRET, '050471', (at + 30) * 1000)).toBe(step);
  expect(stepOf(SECRET, '050471', (at - 30) * 1000)).toBe(step);
  expect(stepOf(SECRET, '050471', (at + 60) * 1000)).toBeNull();
  expect(stepOf(SECRET, '050471', (at - 60) * 1000)).toBeNull();
});

it.each(['', '05047', '0504711', 'abcdef', '-50471', '000000'])('%j is not a code', (code) => {
  expect(stepOf(SECRET, code, 1111111111_000)).toBeNull();
});

it('makes another secret each time, of 160 bits', () => {
  const secrets = Array.from({ length: 20 }, newTotpSecret);
  expect(new Set(secrets).size).toBe(20);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
});

it('says in the address what an app needs, and draws it', () => {
  const uri = new URL(totpUri(SECRET, 'ann@example.org'));
  expect(uri.protocol).toBe('otpauth:');
  expect(decodeURIComponent(uri.pathname)).toContain('Chatbox:ann@example.org');
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    issuer: 'Chatbox',
    secret: SECRET,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
  const [head = '', body = ''] = qrOf(uri.href).split(',');
  expect(head).toBe('data:image/svg+xml;base64');
  expect(Buffer.from(body, 'base64').toString()).toMatch(/^<svg /);
});
