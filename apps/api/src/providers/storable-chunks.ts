import type { PartKind, Usage } from '@chatbox/contracts';
import { storable } from '../common/storable.ts';
import type { ChatChunk } from './provider.ts';

/** The largest number of the ledger's columns. */
const MOST_TOKENS = 2 ** 31 - 1;

/**
 * What a model says, as it can be kept. A pair of surrogates that is cut between two pieces is not torn: its first half
 * is held back until the other one comes.
 */
export async function* storableChunks(chunks: AsyncIterable<ChatChunk>): AsyncIterable<ChatChunk> {
  let half = '';
  let kind: Extract<PartKind, 'text' | 'reasoning'> = 'text';
  for await (const chunk of chunks) {
    if (chunk.type === 'usage') {
      yield { type: 'usage', usage: countable(chunk.usage) };
      continue;
    }
    if (half !== '' && kind !== chunk.kind) {
      yield { type: 'text', kind, text: storable(half) };
      half = '';
    }
    const text = half + chunk.text;
    kind = chunk.kind;
    half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? '';
    const whole = half === '' ? text : text.slice(0, -1);
    if (whole !== '') yield { type: 'text', kind, text: storable(whole) };
  }
  if (half !== '') yield { type: 'text', kind, text: storable(half) };
}

/** Providers have been seen to report fractions and negative corrections. */
const countable = (usage: Usage): Usage => ({
  inputTokens: count(usage.inputTokens),
  cachedInputTokens: count(usage.cachedInputTokens),
  outputTokens: count(usage.outputTokens),
  reasoningTokens: count(usage.reasoningTokens),
  estimated: usage.estimated,
});

/** From the wire: whatever the type says, it need not be a number. */
const count = (said: unknown): number =>
  typeof said === 'number' && said > 0 ? Math.min(Math.round(said), MOST_TOKENS) : 0;
