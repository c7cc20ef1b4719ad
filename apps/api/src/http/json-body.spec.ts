import { isDeeperThan, parseJsonBody } from './json-body.ts';

it.each([
  ['[]', 0, true],
  ['[]', 1, false],
  ['{"a":[{"b":[]}]}', 3, true],
  ['{"a":[{"b":[]}]}', 4, false],
  ['"[[[[["', 1, false],
  ['["\\"[[[[", "]]"]', 1, false],
  ['["\\\\", [[]]]', 2, true],
  ['[],[],[]', 1, false],
])('counts the levels of %s: deeper than %i? %s', (json, limit, deeper) => {
  expect(isDeeperThan(json, limit)).toBe(deeper);
});

it('refuses what would reach for a prototype, wherever it hides', () => {
  for (const body of [
    '{"__proto__":1}',
    '{"a":[{"__proto__":{}}]}',
    '{"\\u005f_proto__":1}',
    '{"constructor":{"prototype":1}}',
  ])
    expect(() => parseJsonBody(body)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
});

it('takes the last of two equal keys, and an empty body for none', () => {
  expect(parseJsonBody('{"a":1,"a":2}')).toEqual({ a: 2 });
  expect(parseJsonBody(' \n')).toBeUndefined();
});
