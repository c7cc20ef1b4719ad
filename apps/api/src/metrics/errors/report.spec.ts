import { reportOf, withoutSecrets } from './report.ts';

it.each([
  ['connect to postgres://user:canary@db:5432/x failed', 'connect to postgres://[redacted]@db:5432/x failed'],
  ['refused: {"authorization":"Bearer canary.of-a~token"}', 'refused: {"authorization":"[redacted] [redacted]"}'],
  ['password=canary, token: canary', 'password=[redacted], token: [redacted]'],
  ['{"apiKey": "canary", "kind": "openai"}', '{"apiKey": "[redacted]", "kind": "openai"}'],
  ['jwt eyJhbGciOi.eyJjYW5hcnki.canary here', 'jwt [redacted] here'],
  ['Incorrect API key provided: sk-canary1234', 'Incorrect API key provided: [redacted]'],
  ['no account of canary@example.org', 'no account of [redacted]'],
  ['relation "message" does not exist', 'relation "message" does not exist'],
])('takes what looks like a secret or a person out of %j', (text, clean) => {
  expect(withoutSecrets(text)).toBe(clean);
});

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
