import { titleFrom } from './titles.ts';

describe('a title', () => {
  it.each([
    ['"A Quiet River."', 'A Quiet River'],
    ['**Baking bread**\nHere is why', 'Baking bread'],
    ['# Plans for\tMonday', 'Plans for Monday'],
    ['„Der Fluss“', 'Der Fluss'],
    ['   ', undefined],
    ['...', undefined],
  ])('of %j is %j', (said, title) => {
    expect(titleFrom(said)).toBe(title);
  });

  it('is cut at a word', () => {
    const title = titleFrom('word '.repeat(40)) ?? '';
    expect(title.length).toBeLessThanOrEqual(81);
    expect(title).toMatch(/word…$/);
  });

  it('is not cut through a character', () => {
    expect(titleFrom(`a${'\u{1f600}'.repeat(80)}`)).toBe(`a${'\u{1f600}'.repeat(19)}…`);
  });
});
