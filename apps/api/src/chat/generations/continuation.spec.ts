import { Continuation } from './continuation.ts';
import type { Verdict } from './overlap.ts';

const STORY =
  'At the end of the lane stood a shop with forty clocks 🕰️🕰️, and not one agreed with another. Strangers took it for ' +
  'carelessness.\n\n## What Odile knew\n\n- the baker’s daughter ate breakfast late\n- the brothers lived by the tide\n\n' +
  '東京の時計は止まっていたので、彼女は待っていました。 Then she wound them all:\n\n```python\nfor clock in clocks:\n    ' +
  'clock.set("00:00")\n    clock.strike(12)\n```\n\nand the harbour heard it.\n';

/** What a reader has in the end who had `durable` before the pieces came; undefined where the text was thrown away. */
function read(durable: string, pieces: readonly string[]): string | undefined {
  const continuation = new Continuation(durable);
  let text: string | undefined = durable;
  const apply = (verdict: Verdict<'text' | 'reasoning'>) => {
    if (verdict.is === 'same') return;
    if (verdict.is === 'differs') text = undefined;
    else text = (text ?? '') + verdict.pieces.map((piece) => piece.text).join('');
  };
  for (const piece of pieces) apply(continuation.hear('text', piece));
  apply(continuation.end());
  return text;
}

const inPieces = (text: string, length: number): string[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, at) => text.slice(at * length, (at + 1) * length));

/** A provider says whole characters, so a durable text never ends within one. */
const places = (text: string): number[] =>
  Array.from({ length: text.length - 1 }, (_, at) => at + 1).filter((at) => !/^[\udc00-\udfff]/.test(text.slice(at)));

describe('what a model says that was asked to go on', () => {
  it.each([1, 7, 100])('follows the durable text where it goes on exactly (pieces of %i)', (length) => {
    for (const at of places(STORY)) expect(read(STORY.slice(0, at), inPieces(STORY.slice(at), length))).toBe(STORY);
  });

  it('is not said twice where it begins with the last words, however many', () => {
    for (const at of places(STORY))
      for (const from of places(STORY).filter((place) => (place + at) % 7 === 0)) {
        const durable = STORY.slice(0, at);
        // White space at the join is no part of what has to be long enough.
        const repeated = durable.trimEnd().length - from;
        if (repeated < 16 || repeated > 500) continue;
        expect(read(durable, inPieces(STORY.slice(from, at + 40), 23))).toBe(STORY.slice(0, at + 40));
      }
  });

  it('is not said twice where it begins the whole again', () => {
    for (const at of places(STORY)) expect(read(STORY.slice(0, at), inPieces(STORY, 5))).toBe(STORY);
  });

  it('is not said twice where it begins with whole words, however short, the last of them perhaps cut', () => {
    expect(read('It was the ligh', ['lighthouse that fell.'])).toBe('It was the lighthouse that fell.');
    expect(read('He counted, and then', ['and then', ' he slept.'])).toBe('He counted, and then he slept.');
    expect(read('Я сказал «да', ['«да» и ушёл.'])).toBe('Я сказал «да«да» и ушёл.');
    expect(read('彼女は待っていました', ['待っていました。'])).toBe('彼女は待っていました。');
    expect(read('Я сказал всем', ['всем, что ушёл.'])).toBe('Я сказал всем, что ушёл.');
  });

  it('keeps short agreement that may be chance', () => {
    expect(read('He had', [' had', ' enough.'])).toBe('He had had enough.');
    expect(read('again and again', [' and again', '.'])).toBe('again and again and again.');
    expect(read('x = 111', ['111'])).toBe('x = 111111');
  });

  it('keeps what repeats itself: nobody can tell how often it was to be said', () => {
    const row = '| nothing | nothing at all |\n';
    expect(read(`Head\n${row}${row}`, [row, row, 'Done.'])).toBe(`Head\n${row.repeat(4)}Done.`);
    expect(read('----------------------', ['--------------------', '\nEnd'])).toBe(`${'-'.repeat(42)}\nEnd`);
    const insert = (id: number) => `INSERT INTO people (id, name, address, telephone, born) VALUES (${id}, 'x');\n`;
    const two = insert(1) + insert(2);
    expect(read(two, [insert(3)])).toBe(two + insert(3));
  });

  it('joins white space once, and makes none up', () => {
    expect(read('It ended there, they said.\n\n', ['It ended there, they said.', '\n', '\nThen'])).toBe(
      'It ended there, they said.\n\nThen',
    );
    expect(read('It ended there, they said.\n', ['It ended there, they said.\n\nThen'])).toBe(
      'It ended there, they said.\n\nThen',
    );
    expect(read('It ended there, they said. ', ['It ended there, they said.'])).toBe('It ended there, they said. ');
    expect(read('and then', ['he slept'])).toBe('and thenhe slept');
  });

  it('opens no block of code a second time', () => {
    const durable = 'So:\n\n```python\nimport os\nimport';
    expect(read(durable, inPieces('```python\nimport re\n```\n', 3))).toBe(
      'So:\n\n```python\nimport os\nimport re\n```\n',
    );
    expect(read('```python\n', ['```python\nimport re'])).toBe('```python\nimport re');
    expect(read('```python\nx = 1\n', ['``', '`\nDone.'])).toBe('```python\nx = 1\n```\nDone.');
    expect(read('```python\nx = 1\n```\n', ['```python\ny = 2\n```'])).toBe(
      '```python\nx = 1\n```\n```python\ny = 2\n```',
    );
    expect(read('````markdown\n```python\nx = 1\n', ['```python\ny'])).toBe(
      '````markdown\n```python\nx = 1\n```python\ny',
    );
  });

  it('goes on where it is something else, and begins anew where it plainly does', () => {
    expect(read(STORY.slice(0, 200), ['Sure! Here it is.'])).toBe(`${STORY.slice(0, 200)}Sure! Here it is.`);
    expect(read(STORY.slice(0, 200), [STORY.slice(0, 100), 'But no.'])).toBeUndefined();
    const likewise = `${STORY.slice(0, 50)}, and that was all.`;
    expect(read(STORY.slice(0, 200), inPieces(likewise, 9))).toBe(STORY.slice(0, 200) + likewise);
  });

  it('adds nothing where the model says nothing, or the beginning and no more', () => {
    expect(read(STORY.slice(0, 200), [])).toBe(STORY.slice(0, 200));
    expect(read(STORY.slice(0, 200), [STORY.slice(0, 50)])).toBe(STORY.slice(0, 200));
  });

  it('is shown as soon as it can be nothing but new', () => {
    for (const at of places(STORY).filter((place) => place < STORY.length - 60)) {
      const continuation = new Continuation(STORY.slice(0, at));
      let held = 0;
      for (const character of STORY.slice(at)) {
        if (continuation.hear('text', character).is !== 'same') break;
        held += 1;
      }
      expect(held).toBeLessThan(16);
    }
  });

  it('has no thoughts about how to go on', () => {
    const continuation = new Continuation('Yes, and');
    expect(continuation.hear('reasoning', 'I was cut off.')).toEqual({ is: 'same' });
    expect(continuation.hear('text', ' no.')).toEqual({ is: 'continue', pieces: [{ kind: 'text', text: ' no.' }] });
    expect(continuation.hear('reasoning', 'Hm.')).toEqual({ is: 'same' });
  });
});
