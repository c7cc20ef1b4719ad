import { rank } from './rank';

describe('rank', () => {
  it('prefers the beginning of a name, then of a word, then the middle, then a hint', () => {
    const ranks = [
      rank(['Pears and apples'], 'pear'),
      rank(['Two pears'], 'pear'),
      rank(['Appearance'], 'pear'),
      rank(['Light theme', 'appearance'], 'pear'),
    ];
    expect([...ranks].sort((a, b) => b - a)).toEqual(ranks);
    expect(new Set(ranks).size).toBe(4);
  });

  it('does not guess at scattered letters', () => {
    expect(rank(['Plan the year'], 'pear')).toBe(0);
  });

  it('ignores case and space around what was typed', () => {
    expect(rank(['Über Zahlen'], ' über ')).toBe(1);
  });
});
