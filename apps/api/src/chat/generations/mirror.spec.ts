import type { Delta } from '@chatbox/contracts';
import { Answer } from './answer.ts';
import { Mirror, type Read } from './mirror.ts';

const delta = (text: string, position: number, attempt = 1): Delta => ({
  type: 'delta',
  generationId: 'g',
  attempt,
  position,
  text,
  part: 0,
  kind: 'text',
});
const read = (text: string, attempt = 1, status: 'running' | 'completed' = 'running'): Read => {
  const answer = Answer.of(text === '' ? [] : [{ kind: 'text', text }]);
  const end = { generationId: 'g', attempt, position: text.length, usage: null, costMicros: null, error: null };
  return {
    generationId: 'g',
    conversationId: 'c',
    attempt,
    status,
    answer,
    end: status === 'running' ? undefined : { ...end, type: 'end', status },
  };
};
const saying = (text: string, attempt = 1) => new Mirror('g', 'c', read(text, attempt));

it('takes what fits, passes over what it knows, and cuts what overlaps', () => {
  const mirror = Mirror.unspoken('g', 'c');
  expect(mirror.hear(delta('one ', 4))).toMatchObject({ text: 'one ', position: 4 });
  expect(mirror.hear(delta('one ', 4))).toBeUndefined();
  expect(mirror.hear(delta('one two ', 8))).toMatchObject({ text: 'two ', position: 8 });
  expect(mirror.answer.text).toBe('one two ');
});

it('is unsure at a hole, at a later attempt, at a reset, and at an end that does not fit; and deaf to an earlier attempt', () => {
  const mirror = saying('one ', 2);
  expect(mirror.hear(delta('three ', 14, 2))).toBe('unsure');
  expect(mirror.hear(delta('x', 1, 3))).toBe('unsure');
  expect(mirror.hear({ type: 'reset', generationId: 'g', attempt: 2, position: 0, text: '', parts: [] })).toBe(
    'unsure',
  );
  expect(mirror.hear({ ...read('one two', 2, 'completed').end } as never)).toBe('unsure');
  expect(mirror.hear(delta('two ', 8, 1))).toBeUndefined();
  expect(mirror.answer.text).toBe('one ');
});

it('learns what is missing, and resets where the text is another or the attempt is', () => {
  const mirror = saying('one ');
  expect(mirror.learn(read('one two '))).toMatchObject([{ type: 'delta', text: 'two ', position: 8 }]);
  expect(mirror.learn(read('one two '))).toEqual([]);
  expect(mirror.learn(read('one two three ', 2))).toMatchObject([
    { type: 'reset', attempt: 2, text: 'one two three ' },
  ]);
  expect(mirror.learn(read('another, and longer', 2))).toMatchObject([{ type: 'reset', text: 'another, and longer' }]);
  expect(mirror.learn(read('another', 2))).toMatchObject([{ type: 'reset', text: 'another' }]);
  expect(mirror.learn(read('another one', 2, 'completed'))).toMatchObject([{ text: ' one' }, { type: 'end' }]);
  expect(mirror.hear(delta('!', 12, 2))).toBeUndefined();
  expect(mirror.catchUp({ generationId: 'g', attempt: 2, position: 7 })).toMatchObject([
    { text: ' one' },
    { type: 'end' },
  ]);
});

it('knows whether a reading is older than what hints have told since', () => {
  const mirror = saying('one two ');
  expect([mirror.goesOn(read('one ')), mirror.goesOn(read('one two three'))]).toEqual([false, true]);
  expect([mirror.goesOn(read('', 2)), saying('one', 2).goesOn(read('one two', 1))]).toEqual([true, false]);
});
