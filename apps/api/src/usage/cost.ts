import type { Prices, Usage } from '@chatbox/contracts';

const MILLION = 1_000_000n;

/**
 * What a call cost, in integer micro-dollars; null when the price is not known. `inputTokens` includes the cached ones,
 * which are priced apart (at the full price where the vendor names none); reasoning is part of `outputTokens`.
 * Prices are per million tokens, so the exact sum is divided once, at the end, and rounded half up: adding roundings of
 * the parts would make a call of three tokens cost up to three micro-dollars too much.
 */
export const costOf = (
  usage: Pick<Usage, 'inputTokens' | 'cachedInputTokens' | 'outputTokens'>,
  list: Pick<Prices, 'inputPerMillion' | 'cachedInputPerMillion' | 'outputPerMillion' | 'longPrompt'> | null,
): number | null => {
  if (!list) return null;
  const prices = list.longPrompt && usage.inputTokens > list.longPrompt.above ? list.longPrompt : list;
  const input = count(usage.inputTokens);
  const cached = min(count(usage.cachedInputTokens), input);
  const exact =
    (input - cached) * BigInt(prices.inputPerMillion) +
    cached * BigInt(prices.cachedInputPerMillion ?? prices.inputPerMillion) +
    count(usage.outputTokens) * BigInt(prices.outputPerMillion);
  return Number((exact + MILLION / 2n) / MILLION);
};

// Providers have been seen to report fractions and negative corrections; a ledger holds neither.
const count = (tokens: number): bigint => (Number.isFinite(tokens) && tokens > 0 ? BigInt(Math.round(tokens)) : 0n);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
