import { Overlap, type Verdict } from './overlap.ts';

const DURABLE = 'The lighthouse keeper counted every wave, and then';

/** What a reader ends up with when the pieces arrive one after the other. */
function read(pieces: string[], continuing: boolean): string {
  const overlap = new Overlap<'text'>(DURABLE, continuing);
  let text = DURABLE;
  const apply = (verdict: Verdict<'text'>) => {
    if (verdict.is === 'same') return;
    const said = verdict.pieces.map((piece) => piece.text).join('');
    text = verdict.is === 'continue' ? text + said : said;
  };
  for (const piece of pieces) apply(overlap.hear('text', piece));
  apply(overlap.end());
  return text;
}

const split = (text: string, at: number) => [text.slice(0, at), text.slice(at)].filter((piece) => piece !== '');

describe('what a new attempt says after a takeover', () => {
  const again = `${DURABLE} he slept.`;

  it.each([true, false])(
    'is not said twice when it says the same again (continuing: %s), however it is cut',
    (continuing) => {
      for (let at = 0; at < again.length; at += 1) expect(read(split(again, at), continuing)).toBe(again);
    },
  );

  it('goes on where the model continues', () => {
    for (let at = 0; at < 10; at += 1) expect(read(split(' he slept.', at), true)).toBe(again);
  });

  it('goes on where the continuation begins by chance like the whole', () => {
    expect(read(['The light', ' went out.'], true)).toBe(`${DURABLE}The light went out.`);
  });

  it('is a new text where the model says something else', () => {
    expect(read(['The lighthouse ', 'was dark.'], false)).toBe('The lighthouse was dark.');
    expect(read(['The lighthouse keeper counted nothing.'], true)).toBe('The lighthouse keeper counted nothing.');
  });

  it('is the shorter text where the model stops earlier than before', () => {
    expect(read(['The lighthouse keeper counted every'], false)).toBe('The lighthouse keeper counted every');
  });

  it('is nothing where the model says nothing', () => {
    expect(read([], true)).toBe(DURABLE);
  });

  it('keeps what was thought apart from what was said', () => {
    const overlap = new Overlap<'reasoning' | 'text'>('Hm. Yes, and', false);
    expect(overlap.hear('reasoning', 'Hm. ')).toEqual({ is: 'same' });
    expect(overlap.hear('text', 'No.')).toEqual({
      is: 'differs',
      pieces: [
        { kind: 'reasoning', text: 'Hm. ' },
        { kind: 'text', text: 'No.' },
      ],
    });
    const again = new Overlap<'reasoning' | 'text'>('Hm. Yes', false);
    again.hear('reasoning', 'Hm. ');
    expect(again.hear('text', 'Yes, and')).toEqual({ is: 'continue', pieces: [{ kind: 'text', text: ', and' }] });
  });
});
