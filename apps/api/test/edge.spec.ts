import type { Problem } from '@chatbox/contracts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

it('answers an unknown address with problem details that name the request', async () => {
  const answer = await app.api<Problem>('GET', '/api/v1/nothing', { headers: { 'x-request-id': 'from-the-caller' } });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.headers.get('x-request-id')).toBe('from-the-caller');
  expect(answer.body).toMatchObject({ code: 'route.not_found', status: 404, requestId: 'from-the-caller' });
});

it('names the methods of an address that was asked by another', async () => {
  const answer = await app.api<Problem>('DELETE', '/health/live');
  expect([answer.status, answer.body.code, answer.headers.get('allow')]).toEqual([
    405,
    'route.method_not_allowed',
    'GET',
  ]);
});

describe('a body that is not what it says', () => {
  const post = (body: string, headers = {}) => app.api<Problem>('POST', '/api/v1/auth/login', { body, headers });

  it.each([
    ['broken JSON', '{"email":', 400, 'request.invalid'],
    ['a prototype', '{"__proto__":{"role":"owner"}}', 400, 'request.invalid'],
    ['ten thousand levels', '['.repeat(10_000) + ']'.repeat(10_000), 400, 'request.invalid'],
    ['more than a megabyte', JSON.stringify({ email: 'x'.repeat(1_100_000) }), 413, 'request.too_large'],
    ['nothing', '', 400, 'request.invalid'],
  ])('%s is refused', async (_name, body, status, code) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('a form of another site is refused', async () => {
    const answer = await post('email=a&password=b', { 'content-type': 'text/plain' });
    expect([answer.status, answer.body.code]).toEqual([415, 'request.unsupported_media_type']);
  });
});

it('HARDENING 11: shows its figures to a scraper on this machine, and to nobody who came through a proxy', async () => {
  const local = await app.api<string>('GET', '/metrics');
  expect(local.body).toContain('chatbox_http_request_duration_seconds_bucket');
  const remote = await app.api<Problem>('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } });
  expect([remote.status, remote.body.code]).toEqual([404, 'route.not_found']);
});

it.each([
  '/debug',
  '/json/version',
  '/.env',
  '/api/v1/debug',
  '/api/v1/setup/owner',
  '/api/v1/admin',
  '/server-status',
])('HARDENING 11: has nothing behind %s', async (path) => {
  for (const method of ['GET', 'POST']) expect((await app.api(method, path)).status).toBe(404);
});
