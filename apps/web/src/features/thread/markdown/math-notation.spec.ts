import { toDollars } from './math-notation';

describe('toDollars', () => {
  it('reads both ways of writing formulas', () => {
    expect(toDollars('so \\(a+b\\) and \\[\nx^2\n\\]')).toBe('so $$a+b$$ and $$\nx^2\n$$');
  });

  it('reads single dollars by Pandoc’s rule, and leaves prices alone', () => {
    expect(toDollars('Euler: $e^{i\\pi} + 1 = 0$, the first $n$.')).toBe(
      'Euler: $$e^{i\\pi} + 1 = 0$$, the first $$n$$.',
    );
    for (const price of ['from $5 to $10', '$5-$10', 'US$5 and US$10', 'costs $5', 'a \\$5 b $', '$ 5 $'])
      expect(toDollars(price)).toBe(price);
  });

  it('leaves code alone, also while its fence is still open', () => {
    const code = 'see `\\(x\\)` and\n```tex\n\\[y\\]\n';
    expect(toDollars(code)).toBe(code);
  });

  it('waits for the end of a formula', () => {
    expect(toDollars('so \\(a+')).toBe('so \\(a+');
  });
});
