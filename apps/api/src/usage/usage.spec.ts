import { costOf } from './cost.ts';
import { estimateTokens } from './estimate-tokens.ts';

const used = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
});
const priced = (inputPerMillion: number, outputPerMillion: number, cachedInputPerMillion: number | null = null) => ({
  inputPerMillion,
  outputPerMillion,
  cachedInputPerMillion,
});

describe('costOf', () => {
  it('is null where the price is not known, and zero where the model is free', () => {
    expect(costOf(used(10, 10), null)).toBeNull();
    expect(costOf(used(10, 10), priced(0, 0))).toBe(0);
  });

  it('charges a million tokens what the price list says', () => {
    expect(costOf(used(1_000_000, 0), priced(2_500_000, 10_000_000))).toBe(2_500_000);
    expect(costOf(used(0, 1_000_000), priced(2_500_000, 10_000_000))).toBe(10_000_000);
  });

  it('prices cached tokens apart, and in full where the vendor names no price for them', () => {
    expect(costOf(used(1_000_000, 0, 400_000), priced(1_000_000, 0, 100_000))).toBe(640_000);
    expect(costOf(used(1_000_000, 0, 400_000), priced(1_000_000, 0, null))).toBe(1_000_000);
    expect(costOf(used(1_000_000, 0, 400_000), priced(1_000_000, 0, 0))).toBe(600_000);
  });

  it('never counts more cached tokens than there were', () => {
    expect(costOf(used(100, 0, 5_000), priced(1_000_000, 0, 500_000))).toBe(50);
  });

  it('charges all of a call with a long prompt at the prices for those', () => {
    const tiered = {
      ...priced(100_000, 500_000, 10_000),
      longPrompt: { above: 100_000, ...priced(500_000, 2_500_000) },
    };
    expect(costOf(used(100_000, 1_000_000), tiered)).toBe(510_000);
    expect(costOf(used(100_001, 1_000_000), tiered)).toBe(2_550_001);
  });

  it('rounds half up, once, on the total', () => {
    expect(costOf(used(1, 0), priced(499_999, 0))).toBe(0);
    expect(costOf(used(1, 0), priced(500_000, 0))).toBe(1);
    // 0.4 + 0.4 + 0.4 = 1.2, not 0 + 0 + 0
    expect(costOf(used(2, 1, 1), priced(400_000, 400_000, 400_000))).toBe(1);
  });

  it('stays exact beyond the integers of a double', () => {
    expect(costOf(used(2_000_000_000, 2_000_000_001), priced(75_000_001, 600_000_001))).toBe(1_350_000_004_600);
  });

  it('treats broken counts as none', () => {
    expect(costOf(used(-5, Number.NaN), priced(1_000_000, 1_000_000))).toBe(0);
    expect(costOf(used(1.4, 0), priced(1_000_000, 0))).toBe(1);
  });

  it('is additive within one micro-dollar, and never falls when more is used', () => {
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const prices = priced(next(80_000_000), next(600_000_000), next(2) ? next(8_000_000) : null);
      const [a, b] = [used(next(200_000), next(64_000)), used(next(200_000), next(64_000))];
      const both = costOf(used(a.inputTokens + b.inputTokens, a.outputTokens + b.outputTokens), prices) as number;
      const apart = (costOf(a, prices) as number) + (costOf(b, prices) as number);
      expect(Math.abs(both - apart)).toBeLessThanOrEqual(1);
      expect(both).toBeGreaterThanOrEqual(costOf(a, prices) as number);
      expect(Number.isSafeInteger(both)).toBe(true);
    }
  });
});

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['four', 1],
    ['fives', 2],
    ['你好世界', 4],
    ['привет', 3],
    ['👍👍', 2],
  ])('of %j is %d', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });
});
