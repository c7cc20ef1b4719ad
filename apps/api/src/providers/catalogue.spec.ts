import { isLoopback } from './base-url.ts';
import { catalogued, isForChat, labelsOf, rankOf } from './catalogue.ts';

it.each([
  ['anthropic', 'claude-haiku-4-5-20251001', 'Claude Haiku 4.5'],
  ['anthropic', 'claude-opus-5', 'Claude Opus 5'],
  ['openai', 'gpt-4o-mini-2024-07-18', 'GPT-4o mini'],
  ['openai', 'gpt-5', 'GPT-5'],
  ['openai', 'gpt-5.9', undefined],
  ['openai', 'claude-opus-5', undefined],
  ['offline', 'assistant', undefined],
] as const)('knows the %s model %s as %s', (kind, id, name) => {
  expect(catalogued(kind, id)?.name).toBe(name);
});

it.each([
  [
    { id: 'openai/gpt-4o-mini-2024-07-18', provider: 'openai' },
    { provider: 'openai', model: 'gpt-4o-mini' },
  ],
  [
    { id: 'lab/somebody/their-own-model', provider: 'openai' },
    { provider: 'lab', model: 'other' },
  ],
  [
    { id: 'offline/assistant', provider: 'offline' },
    { provider: 'offline', model: 'assistant' },
  ],
  // A connection that is gone, of which no more is known than its name.
  [
    { id: 'gone/whatever', provider: 'offline' },
    { provider: 'gone', model: 'other' },
  ],
] as const)('gives figures few names: %j', (model, labels) => {
  expect(labelsOf(model)).toEqual(labels);
});

it('says where every price comes from, in whole micro-dollars, and charges more for output than for input', () => {
  for (const id of ['gpt-5.5', 'gpt-4o', 'gpt-5.4-mini']) {
    const prices = catalogued('openai', id)?.prices;
    expect(prices?.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(prices?.source).toMatch(/^https:/);
    expect(Number.isInteger(prices?.inputPerMillion)).toBe(true);
    expect(prices?.outputPerMillion).toBeGreaterThan(prices?.inputPerMillion ?? Number.NaN);
  }
  expect(catalogued('anthropic', 'claude-haiku-5-5')?.prices).toMatchObject({
    inputPerMillion: 100_000,
    cachedInputPerMillion: 10_000,
    longPrompt: { above: 100_000, inputPerMillion: 500_000, outputPerMillion: 2_500_000 },
  });
});

it('offers what it knows first', () => {
  const ids = ['unheard-of', 'gpt-4o', 'gpt-5.5'];
  expect(ids.sort((a, b) => rankOf('openai', a) - rankOf('openai', b))).toEqual(['gpt-5.5', 'gpt-4o', 'unheard-of']);
});

it.each([
  ['gpt-5.4', true],
  ['gpt-4o-mini', true],
  ['o4-mini', true],
  ['ft:gpt-4o:team::abc', true],
  ['text-embedding-3-small', false],
  ['gpt-4o-mini-tts', false],
  ['gpt-4o-transcribe', false],
  ['whisper-1', false],
  ['dall-e-3', false],
  ['gpt-image-1', false],
  ['omni-moderation-latest', false],
  ['gpt-4o-realtime-preview', false],
  ['gpt-5.5-pro', false],
])('takes %s of the vendor for a model to talk to: %s', (id, yes) => {
  expect(isForChat('openai', id, true)).toBe(yes);
});

it('is careful to leave out models of other servers', () => {
  expect(isForChat('openai', 'deepseek-coder-codex-pro', false)).toBe(true);
  expect(isForChat('openai', 'nomic-embed-text', false)).toBe(false);
  expect(isForChat('anthropic', 'claude-embedder', true)).toBe(true);
});

it.each([
  ['http://localhost:11434/v1', true],
  ['http://127.8.9.1/v1', true],
  ['http://[::1]:8000/v1', true],
  ['http://2130706433/v1', true],
  ['http://models.localhost/v1', true],
  ['https://api.openai.com/v1', false],
  ['http://127.0.0.1.example.org/v1', false],
  ['http://192.168.1.4:11434/v1', false],
])('takes %s for this machine: %s', (url, yes) => {
  expect(isLoopback(url)).toBe(yes);
});
