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
