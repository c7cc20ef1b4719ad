import { reportOf } from './report.ts';

it('says of an error what the log says, and of the line what is plain and not a secret', () => {
  const cause = Object.assign(new Error('password: canary'), {
    code: '28P01',
    detail: 'canary',
    parameters: ['canary'],
  });
  const err = Object.assign(new Error('query failed', { cause }), { query: 'canary', headers: { cookie: 'canary' } });
  const fields = {
    err,
    requestId: 'r-1',
    token: 'canary',
    attempt: 2,
    nested: { key: 'canary' },
    note: 'at a@b.example',
  };
  const report = reportOf(fields, 'request failed');
  expect(report.fields).toEqual({ requestId: 'r-1', attempt: 2, note: 'at [redacted]' });
  expect(report.error).toMatchObject({
    message: 'query failed',
    cause: { code: '28P01', message: 'password: [redacted]' },
  });
  expect(JSON.stringify(report)).not.toContain('canary');
});

it('has no secret in its message either, which may be that of a framework', () => {
  expect(reportOf({}, 'connect to redis://:canary@cache:6379 failed').message).toBe(
    'connect to redis://[redacted]@cache:6379 failed',
  );
});
