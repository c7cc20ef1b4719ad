import type { Model, Prices } from '@chatbox/contracts';
import { sayCost, sayCount } from '@/lib/say';

const CAPABILITY_SAYS = { vision: 'sees pictures', tools: 'uses tools', reasoning: 'reasons' } as const;

export const sayCapabilities = ({ capabilities }: Model): string[] =>
  (Object.keys(CAPABILITY_SAYS) as (keyof typeof CAPABILITY_SAYS)[])
    .filter((name) => capabilities[name])
    .map((name) => CAPABILITY_SAYS[name]);

export const sayContext = ({ contextWindow }: Model): string | null =>
  contextWindow === null ? null : `${sayCount(contextWindow)} tokens of context`;

const isFree = (prices: Prices): boolean => prices.inputPerMillion === 0 && prices.outputPerMillion === 0;

export function sayPrices(prices: Prices | null): string {
  if (!prices) return 'price unknown';
  if (isFree(prices)) return 'runs on this machine';
  return `${sayCost(prices.inputPerMillion)} in, ${sayCost(prices.outputPerMillion)} out per million`;
}

/** Free models have no price that could grow old. */
export const pricesAsOf = (prices: Prices | null): string | null => (prices && !isFree(prices) ? prices.asOf : null);
