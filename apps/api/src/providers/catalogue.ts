import type { Capabilities, Model, Prices, ProviderKind } from '@chatbox/contracts';

export interface CataloguedModel {
  /** The vendor's id; ids with a date after it are the same model. */
  id: string;
  name: string;
  contextWindow: number;
  maxOutputTokens: number;
  capabilities: Capabilities;
  prices: Prices;
}

/**
 * What the vendors' own model lists leave out, copied by hand. `asOf` is the day the prices were last compared with the page
 * in `source`; a model that is not here has no price, and its cost is shown as unknown. In the order in which they are offered.
 */
const anthropic = listed('https://platform.claude.com/docs/en/about-claude/pricing', '2026-11-23');
const openai = listed('https://developers.openai.com/api/docs/pricing', '2026-06-04');
// Their prices had not changed for a year when they left the page.
const openaiBefore = listed('https://developers.openai.com/api/docs/pricing', '2025-12-01');

const THINKS: Capabilities = { vision: true, tools: true, reasoning: true, prefill: false, continueTurn: true };
const CONTINUES: Capabilities = { vision: true, tools: true, reasoning: true, prefill: true, continueTurn: true };
const PLAIN: Capabilities = { vision: true, tools: true, reasoning: false, prefill: false, continueTurn: true };

const MILLION = 1_000_000;
const ANTHROPIC: readonly CataloguedModel[] = [
  anthropic('claude-sonnet-5-5', 'Claude Sonnet 5.5', [MILLION, 128_000], [2, 10, 0.1], THINKS),
  anthropic('claude-opus-5-5', 'Claude Opus 5.5', [MILLION, 128_000], [4, 20, 0.2], THINKS),
  anthropic('claude-haiku-5-5', 'Claude Haiku 5.5', [MILLION, 128_000], [0.1, 0.5, 0.01], THINKS, {
    above: 100_000,
    prices: [0.5, 2.5, 0.05],
  }),
  anthropic('claude-fable-5-1', 'Claude Fable 5.1', [MILLION, 128_000], [10, 50, 0.25], THINKS),
  anthropic('claude-opus-5', 'Claude Opus 5', [MILLION, 128_000], [5, 25, 0.5], THINKS),
  anthropic('claude-sonnet-5', 'Claude Sonnet 5', [MILLION, 128_000], [2, 10, 0.2], THINKS),
  anthropic('claude-fable-5', 'Claude Fable 5', [MILLION, 128_000], [10, 50, 1], THINKS),
  anthropic('claude-opus-4-8', 'Claude Opus 4.8', [MILLION, 128_000], [5, 25, 0.5], THINKS),
  anthropic('claude-opus-4-7', 'Claude Opus 4.7', [MILLION, 128_000], [5, 25, 0.5], THINKS),
  anthropic('claude-opus-4-6', 'Claude Opus 4.6', [MILLION, 128_000], [5, 25, 0.5], THINKS),
  anthropic('claude-sonnet-4-6', 'Claude Sonnet 4.6', [MILLION, 64_000], [3, 15, 0.3], THINKS),
  // The last ones that go on from the middle of an answer; later models refuse a beginning that is not their own.
  anthropic('claude-opus-4-5', 'Claude Opus 4.5', [200_000, 64_000], [5, 25, 0.5], CONTINUES),
  anthropic('claude-sonnet-4-5', 'Claude Sonnet 4.5', [200_000, 64_000], [3, 15, 0.3], CONTINUES),
  anthropic('claude-haiku-4-5', 'Claude Haiku 4.5', [200_000, 64_000], [1, 5, 0.1], CONTINUES),
];

const LONG = 272_000;
const OPENAI: readonly CataloguedModel[] = [
  openai('gpt-5.5', 'GPT-5.5', [1_050_000, 128_000], [5, 30, 0.5], THINKS, { above: LONG, prices: [10, 45, 1] }),
  openai('gpt-5.4', 'GPT-5.4', [1_050_000, 128_000], [2.5, 15, 0.25], THINKS, { above: LONG, prices: [5, 22.5, 0.5] }),
  openai('gpt-5.4-mini', 'GPT-5.4 mini', [400_000, 128_000], [0.75, 4.5, 0.075], THINKS),
  openai('gpt-5.4-nano', 'GPT-5.4 nano', [400_000, 128_000], [0.2, 1.25, 0.02], THINKS),
  openaiBefore('gpt-5.1', 'GPT-5.1', [400_000, 128_000], [1.25, 10, 0.125], THINKS),
  openaiBefore('gpt-5', 'GPT-5', [400_000, 128_000], [1.25, 10, 0.125], THINKS),
  openaiBefore('gpt-5-mini', 'GPT-5 mini', [400_000, 128_000], [0.25, 2, 0.025], THINKS),
  openaiBefore('gpt-5-nano', 'GPT-5 nano', [400_000, 128_000], [0.05, 0.4, 0.005], THINKS),
  openaiBefore('gpt-4.1', 'GPT-4.1', [1_047_576, 32_768], [2, 8, 0.5], PLAIN),
  openaiBefore('gpt-4.1-mini', 'GPT-4.1 mini', [1_047_576, 32_768], [0.4, 1.6, 0.1], PLAIN),
  openaiBefore('gpt-4.1-nano', 'GPT-4.1 nano', [1_047_576, 32_768], [0.1, 0.4, 0.025], PLAIN),
  openaiBefore('o3', 'o3', [200_000, 100_000], [2, 8, 0.5], THINKS),
  openaiBefore('o4-mini', 'o4-mini', [200_000, 100_000], [1.1, 4.4, 0.275], THINKS),
  openaiBefore('gpt-4o', 'GPT-4o', [128_000, 16_384], [2.5, 10, 1.25], PLAIN),
  openaiBefore('gpt-4o-mini', 'GPT-4o mini', [128_000, 16_384], [0.15, 0.6, 0.075], PLAIN),
];

const OF_KIND: Record<ProviderKind, readonly CataloguedModel[]> = { anthropic: ANTHROPIC, openai: OPENAI, offline: [] };

/** The entry for an id of a vendor, with or without a date or "-latest" after it. */
export const catalogued = (kind: ProviderKind, upstreamId: string): CataloguedModel | undefined => {
  const id = upstreamId.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
  return OF_KIND[kind].find((model) => model.id === id);
};

/** Of the connection; upstream ids may contain slashes, slugs do not. */
export const slugOf = (modelId: string): string => modelId.slice(0, modelId.indexOf('/'));

/** How figures name a model. A label takes few values: a model that is not in the catalogue is `other`. */
export const labelsOf = ({
  id,
  provider: kind,
}: Pick<Model, 'id' | 'provider'>): { provider: string; model: string } => {
  const provider = slugOf(id);
  const upstreamId = id.slice(provider.length + 1);
  const model = kind === 'offline' && provider === 'offline' ? upstreamId : catalogued(kind, upstreamId)?.id;
  return { provider, model: model ?? 'other' };
};

/** Place in the order of the catalogue; what is not in it comes after. */
export const rankOf = (kind: ProviderKind, upstreamId: string): number => {
  const model = catalogued(kind, upstreamId);
  return model ? OF_KIND[kind].indexOf(model) : Number.MAX_SAFE_INTEGER;
};

const NOT_FOR_CHAT =
  /embed|whisper|(?:^|[-/])tts|transcri|dall-e|image|moderation|realtime|audio|rerank|sora|davinci|babbage|(?:^|[-/])clip|turbo-instruct|codex|deep-research|-pro(?:-|$)/i;

/** Whether a listed model is for conversations. Some of OpenAI's newest answer another interface only, and are left out too. */
export const isForChat = (kind: ProviderKind, upstreamId: string, vendorsOwn: boolean): boolean =>
  kind !== 'openai' || !(vendorsOwn ? NOT_FOR_CHAT : NOT_FOR_CHAT_ANYWHERE).test(upstreamId);

const NOT_FOR_CHAT_ANYWHERE = /embed|whisper|(?:^|[-/])tts|dall-e|moderation|rerank/i;

type Triple = readonly [input: number, output: number, cached: number];

/** Prices are said in dollars for a million tokens, as on the vendors' pages, and kept in micro-dollars. */
function listed(source: string, asOf: string) {
  return (
    id: string,
    name: string,
    [contextWindow, maxOutputTokens]: readonly [number, number],
    prices: Triple,
    capabilities: Capabilities,
    long?: { above: number; prices: Triple },
  ): CataloguedModel => ({
    id,
    name,
    contextWindow,
    maxOutputTokens,
    capabilities,
    prices: {
      ...inMicros(prices),
      ...(long ? { longPrompt: { above: long.above, ...inMicros(long.prices) } } : {}),
      asOf,
      source,
    },
  });
}

function inMicros([input, output, cached]: Triple) {
  return {
    inputPerMillion: Math.round(input * 1_000_000),
    outputPerMillion: Math.round(output * 1_000_000),
    cachedInputPerMillion: Math.round(cached * 1_000_000),
  };
}
