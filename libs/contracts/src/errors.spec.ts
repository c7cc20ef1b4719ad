import { ERRORS, type ErrorCode, Problem } from './errors.ts';

/** What programs outside branch on. A code may be added; one of these may neither go nor change its meaning. */
const PROMISED: [code: ErrorCode, http: number, retry: boolean][] = [
  ['request.invalid', 400, false],
  ['request.too_large', 413, false],
  ['request.unsupported_media_type', 415, false],
  ['route.not_found', 404, false],
  ['rate.limited', 429, true],
  ['auth.required', 401, false],
  ['auth.token_expired', 401, true],
  ['auth.bad_credentials', 401, false],
  ['auth.too_many_attempts', 429, true],
  ['auth.refresh_invalid', 401, false],
  ['auth.forbidden', 403, false],
  ['idempotency.in_progress', 409, true],
  ['idempotency.key_reused', 422, false],
  ['conversation.not_found', 404, false],
  ['message.not_found', 404, false],
  ['message.parent_invalid', 409, false],
  ['message.client_id_reused', 409, false],
  ['generation.not_found', 404, false],
  ['generation.busy', 409, true],
  ['generation.too_many', 429, true],
  ['generation.lost_owner', 500, true],
  ['model.not_found', 404, false],
  ['provider.unreachable', 502, true],
  ['provider.timeout', 504, true],
  ['provider.bad_key', 502, false],
  ['provider.quota', 502, false],
  ['provider.context_too_long', 502, false],
  ['service.draining', 503, true],
  ['service.unavailable', 503, true],
  ['internal', 500, true],
];

it.each(PROMISED)('%s stays %i, retry: %s', (code, http, retry) => {
  expect(ERRORS[code]).toMatchObject({ http, retry });
});

it.each(Object.entries(ERRORS))('%s is written like the others', (code, { http, retry, title }) => {
  expect(code).toMatch(/^(internal|[a-z]+\.[a-z]+(_[a-z]+)*)$/);
  expect(http >= 400 && http <= 599).toBe(true);
  expect(title).toMatch(/^[A-Z].*[^.!]$/);
  // 429 and 503 ask to come back (RFC 6585 §4, RFC 9110 §15.6.4); what was malformed stays malformed.
  if (http === 429 || http === 503) expect(retry).toBe(true);
  if (http === 413 || http === 415 || http === 422) expect(retry).toBe(false);
});

it('a problem names its code from the table, and says whether to come back', () => {
  const problem = { type: 'about:blank', title: 'Not allowed', status: 403, code: 'auth.forbidden', retry: false };
  expect(Problem.parse(problem)).toEqual(problem);
  expect(Problem.safeParse({ ...problem, code: 'auth.invented' }).success).toBe(false);
  expect(Problem.safeParse({ ...problem, retry: undefined }).success).toBe(false);
});
