import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each of the program's figures, with what stands in the line before it. */
const figures = [
  ...readFileSync(join(__dirname, 'figures.ts'), 'utf8').matchAll(
    /^(.*)\n {2}(\w+): made\.(?:counter|gauge|histogram)\(/gm,
  ),
].map(([, before = '', name = '']): [string, string] => [name, before.trim()]);

it('finds them', () => {
  expect(figures.length).toBeGreaterThan(40);
});

it.each(figures)('%s says why somebody looks at it', (_name, before) => {
  expect(before).toMatch(/^\/\*\* .{20,} \*\/$/);
});
