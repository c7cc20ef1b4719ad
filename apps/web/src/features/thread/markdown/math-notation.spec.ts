import { toDollars } from './math-notation';

describe('toDollars', () => {
  it('reads both ways of writing formulas', () => {
    expect(toDollars('so \\(a+b\\) and \\[\nx^2\n\\]')).toBe('so $$a+b$$ and $$\nx^2\n$$');
  });

  it('leaves code alone, also while its fence is still open', () => {
    const code = 'see `\\(x\\)` and\n```tex\n\\[y\\]\n';
    expect(toDollars(code)).toBe(code);
  });

  it('waits for the end of a formula', () => {
    expect(toDollars('so \\(a+')).toBe('so \\(a+');
  });
});
