import { Answer, replay } from './answer.ts';
import { decodeFrames, encodeFrames, type Frame } from './frames.ts';

const frame = (position: number, part: number, kind: Frame['kind'], text: string): Frame => ({
  generationId: '018f0000-0000-7000-8000-000000000000',
  attempt: 1,
  position,
  part,
  kind,
  text,
});

const FRAMES = [
  frame(5, 0, 'reasoning', 'think'),
  frame(8, 0, 'reasoning', 'ing'),
  frame(13, 1, 'text', 'Hello'),
  frame(16, 1, 'text', ' 😀'),
];
const PARTS = [
  { kind: 'reasoning', text: 'thinking' },
  { kind: 'text', text: 'Hello 😀' },
];

describe('an answer', () => {
  it('is what its frames say, from any checkpoint on, however often they stand in the journal', () => {
    const whole = replay(new Answer(), FRAMES);
    expect(whole.parts).toEqual(PARTS);
    expect(whole.plain).toBe('Hello 😀');
    for (let taken = 0; taken <= FRAMES.length; taken += 1) {
      const checkpoint = Answer.of(replay(new Answer(), FRAMES.slice(0, taken)).parts);
      const again = replay(checkpoint, [...FRAMES, ...FRAMES]);
      expect(again.parts).toEqual(PARTS);
      expect(again.position).toBe(whole.position);
    }
  });

  it('gives what follows any position, and nothing else', () => {
    const whole = replay(new Answer(), FRAMES);
    for (let from = 0; from <= whole.position; from += 1) {
      const pieces = whole.since(from);
      expect(whole.text.slice(0, from) + pieces.map(({ text }) => text).join('')).toBe(whole.text);
      let at = from;
      for (const { position, text } of pieces) {
        expect(position - text.length).toBe(at);
        at = position;
      }
    }
  });

  it('refuses a journal with a hole instead of showing one', () => {
    expect(() => replay(new Answer(), FRAMES.slice(1))).toThrow('hole');
  });

  it('survives being written and read', () => {
    expect(decodeFrames(encodeFrames(FRAMES))).toEqual(FRAMES);
  });

  it('refuses a journal of a version that it does not know', () => {
    expect(() => decodeFrames('{"v":2,"f":[]}')).toThrow('newer');
  });
});
