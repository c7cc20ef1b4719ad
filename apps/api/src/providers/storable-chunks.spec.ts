import type { ChatChunk } from './provider.ts';
import { storableChunks } from './storable-chunks.ts';

type Said = [kind: 'text' | 'reasoning', text: string];

async function heard(...said: Said[]): Promise<Said[]> {
  const chunks = async function* (): AsyncIterable<ChatChunk> {
    for (const [kind, text] of said) yield { type: 'text', kind, text };
  };
  const pieces: Said[] = [];
  for await (const chunk of storableChunks(chunks())) if (chunk.type === 'text') pieces.push([chunk.kind, chunk.text]);
  return pieces;
}

describe('what a model says', () => {
  it.each<[string, Said[], Said[]]>([
    [
      'is passed on as it came',
      [
        ['text', 'a'],
        ['text', 'b \u{1f600}'],
      ],
      [
        ['text', 'a'],
        ['text', 'b \u{1f600}'],
      ],
    ],
    [
      'keeps a pair together',
      [
        ['text', 'a\ud83d'],
        ['text', '\ude00b'],
      ],
      [
        ['text', 'a'],
        ['text', '\u{1f600}b'],
      ],
    ],
    [
      'keeps a pair together over an empty piece',
      [
        ['text', '\ud83d'],
        ['text', ''],
        ['text', '\ude00'],
      ],
      [['text', '\u{1f600}']],
    ],
    [
      'has no halves',
      [
        ['text', 'a\ud83d'],
        ['text', 'b\ude00'],
      ],
      [
        ['text', 'a'],
        ['text', '\ufffdb\ufffd'],
      ],
    ],
    [
      'has no half of another kind',
      [
        ['reasoning', 'a\ud83d'],
        ['text', '\ude00'],
      ],
      [
        ['reasoning', 'a'],
        ['reasoning', '\ufffd'],
        ['text', '\ufffd'],
      ],
    ],
    [
      'has no half at its end',
      [['text', 'a\ud83d']],
      [
        ['text', 'a'],
        ['text', '\ufffd'],
      ],
    ],
    ['has no U+0000', [['text', 'a\u0000\u0000b']], [['text', 'a\ufffd\ufffdb']]],
  ])('%s', async (_, said, pieces) => {
    expect(await heard(...said)).toEqual(pieces);
  });

  it('counts in whole numbers that a ledger holds', async () => {
    const said = { inputTokens: Number.NaN, cachedInputTokens: -1, outputTokens: 1.5, reasoningTokens: 1e300 };
    const chunks = async function* (): AsyncIterable<ChatChunk> {
      yield { type: 'usage', usage: { ...said, estimated: false } };
    };
    for await (const chunk of storableChunks(chunks()))
      expect(chunk).toEqual({
        type: 'usage',
        usage: {
          inputTokens: 0,
          cachedInputTokens: 0,
          outputTokens: 2,
          reasoningTokens: 2_147_483_647,
          estimated: false,
        },
      });
  });
});
