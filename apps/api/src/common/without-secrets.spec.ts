import { withoutSecrets } from './without-secrets.ts';

it.each([
  ['connect to postgres://user:canary@db:5432/x failed', 'connect to postgres://[redacted]@db:5432/x failed'],
  ['connect to postgres://u:canary/w@db failed', 'connect to postgres://[redacted]@db failed'],
  ['fetch https://canary@sentry.example/7 failed', 'fetch https://[redacted]@sentry.example/7 failed'],
  ['refused: {"authorization":"Bearer canary.of-a~token"}', 'refused: {"authorization":"[redacted]"}'],
  [String.raw`{"body":"{\"password\":\"canary\"}"}`, String.raw`{"body":"{\"password\":\"[redacted]\"}"}`],
  ['password=canary, token: canary', 'password=[redacted], token: [redacted]'],
  ['client_secret=canary refresh_token=canary', 'client_secret=[redacted] refresh_token=[redacted]'],
  ['access_token: canary; DB_PASSWORD=canary', 'access_token: [redacted]; DB_PASSWORD=[redacted]'],
  ['{"clientSecret": "canary of two words"}', '{"clientSecret": "[redacted]"}'],
  ['{"apiKey": "canary", "kind": "openai"}', '{"apiKey": "[redacted]", "kind": "openai"}'],
  ['cookie: a=canary; b=canary', 'cookie: [redacted]'],
  ['jwt eyJhbGciOi.eyJjYW5hcnki.canary here', 'jwt [redacted] here'],
  ['Incorrect API key provided: sk-canary1234', 'Incorrect API key provided: [redacted]'],
  ['not valid: AIzaSyCanary-canary_canary0123456789 in use', 'not valid: [redacted] in use'],
  ['signed with whsec_canary+canary/12345=', 'signed with [redacted]'],
  ['github_pat_11CANARY_canary0123 and ghs_canary0123', '[redacted] and [redacted]'],
  ['no account of canary@example.org', 'no account of [redacted]'],
])('takes what looks like a secret or a person out of %j', (text, clean) => {
  expect(withoutSecrets(text)).toBe(clean);
});

it.each([
  'relation "message" does not exist',
  'update or delete violates foreign key constraint "message_conversation_id_fkey"',
  'duplicate key value violates unique constraint "account_email_key"',
  'connect ECONNREFUSED 127.0.0.1:5432',
  'at Object.query (file:///srv/node_modules/@nestjs/core/router.js:10:5)',
])('leaves %j as it is', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

it.each(['a', 'a.', 'token ', 'a://', ' :', '"'])('is through with a megabyte of %j at once', (piece) => {
  const began = performance.now();
  withoutSecrets(piece.repeat(1024 ** 2 / piece.length));
  expect(performance.now() - began).toBeLessThan(2_000);
});
