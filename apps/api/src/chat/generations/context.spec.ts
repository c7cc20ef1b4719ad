import { turnsThatFit } from './context.ts';

const turn = (role: 'user' | 'assistant', tokens: number) => ({ role, content: 'abcd'.repeat(tokens) });

describe('what of a branch a model is asked', () => {
  const branch = [turn('user', 10), turn('assistant', 10), turn('user', 10), turn('assistant', 10), turn('user', 10)];

  it('is all of it where it fits', () => {
    expect(turnsThatFit(branch, 50)).toEqual(branch);
  });

  it('is its end, beginning with the person, where it does not', () => {
    expect(turnsThatFit(branch, 49)).toEqual(branch.slice(2));
    expect(turnsThatFit(branch, 30)).toEqual(branch.slice(2));
    expect(turnsThatFit(branch, 29)).toEqual(branch.slice(4));
  });

  it('is always the question, however long', () => {
    expect(turnsThatFit(branch, 1)).toEqual(branch.slice(4));
  });

  it('has no empty turns, which providers refuse', () => {
    expect(turnsThatFit([turn('user', 1), turn('assistant', 0), turn('user', 1)], 50)).toEqual([
      turn('user', 1),
      turn('user', 1),
    ]);
  });
});
