import { blocksOf } from './blocks';
import texts from './texts.json';

it('reads headings, words with code and other runbooks in them, and commands', () => {
  expect(
    blocksOf(
      '# ChatboxDown\n\n## Check\n\nSee `df` and ChatboxDiskFilling, or [operations](../operations.md).\n\n```sh\na\n\nb\n```\n',
    ),
  ).toEqual([
    { kind: 'heading', text: 'Check' },
    {
      kind: 'text',
      parts: [
        { kind: 'words', text: 'See ' },
        { kind: 'code', text: 'df' },
        { kind: 'words', text: ' and ' },
        { kind: 'runbook', text: 'ChatboxDiskFilling' },
        { kind: 'words', text: ', or operations.' },
      ],
    },
    { kind: 'code', language: 'sh', text: 'a\n\nb' },
  ]);
});

it.each(Object.entries(texts))('leaves nothing of %s unread', (_, text) => {
  const blocks = blocksOf(text);
  expect(blocks.filter(({ kind }) => kind === 'heading')).toHaveLength(3);
  expect(JSON.stringify(blocks)).not.toMatch(/```|\]\(/);
});
