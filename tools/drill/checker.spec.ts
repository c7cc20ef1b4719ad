import { violations } from './checker.ts';
import type { Frame, History, Holdings, Reader, Shown } from './history.ts';

const TEXT = 'one two three';
const delta = (position: number, text: string, more: Partial<Frame> = {}): Frame => ({
  at: position,
  connection: 1,
  subscription: 1,
  type: 'delta',
  generationId: 'g',
  attempt: 1,
  position,
  text,
  ...more,
});
const end = (more: Partial<Frame> = {}): Frame => {
  const { text: _text, ...frame } = delta(TEXT.length, '', { type: 'end', status: 'completed', ...more });
  return frame;
};
const shown = (text: string, more: Partial<Shown> = {}): Shown => ({
  at: text.length,
  generationId: 'g',
  attempt: 1,
  status: 'running',
  text,
  ...more,
});

/** One question, one answer, one reader, and everything as it was promised. */
const aGoodRun = (): { history: History; holdings: Holdings; reader: Reader } => {
  const reader: Reader = {
    name: 'Ann',
    conversationId: 'c',
    frames: [delta(4, 'one '), delta(8, 'two '), delta(13, 'three'), end()],
    shown: [shown('one '), shown('one two '), shown(TEXT), shown(TEXT, { status: 'completed' })],
    order: ['q', 'a'],
  };
  return {
    reader,
    history: {
      acknowledged: [{ conversationId: 'c', clientMessageId: 'k', messageId: 'q', generationId: 'g' }],
      readBacks: [{ messageId: 'q', found: true }],
      stopped: [],
      readers: [reader],
      expected: new Map([['g', TEXT]]),
    },
    holdings: {
      messages: [
        { id: 'q', conversationId: 'c', clientMessageId: 'k', text: 'count' },
        { id: 'a', conversationId: 'c', clientMessageId: null, text: TEXT },
      ],
      generations: [{ id: 'g', messageId: 'a', status: 'completed', attempt: 1 }],
      ledger: [{ generationId: 'g', attempt: 1, outcome: 'completed' }],
      sums: [{ conversationId: 'c', exact: true }],
    },
  };
};
type Run = ReturnType<typeof aGoodRun>;

const found = (spoil: (run: Run) => void): string[] => {
  const run = aGoodRun();
  spoil(run);
  return violations(run.history, run.holdings);
};

it('finds nothing in a good run', () => {
  expect(found(() => undefined)).toEqual([]);
});

it('takes a reader who comes back, names a place and gets some characters again', () => {
  expect(
    found(({ reader }) => {
      reader.frames.splice(1, 1, delta(8, 'one two ', { subscription: 2 }));
    }),
  ).toEqual([]);
});

it('takes a second attempt that goes on where the dead one stopped', () => {
  expect(
    found(({ reader, holdings }) => {
      const second = { attempt: 2 };
      reader.frames = [
        delta(4, 'one '),
        delta(4, 'one ', { type: 'reset', ...second }),
        delta(13, 'two three', second),
        end(second),
      ];
      holdings.generations = [{ id: 'g', messageId: 'a', status: 'completed', attempt: 2 }];
      holdings.ledger = [
        { generationId: 'g', attempt: 1, outcome: 'abandoned' },
        { generationId: 'g', attempt: 2, outcome: 'completed' },
      ];
    }),
  ).toEqual([]);
});

it.each<[string, (run: Run) => void, RegExp]>([
  ['a lost message', ({ holdings }) => holdings.messages.shift(), /is kept 0 times/],
  [
    'a message that is kept twice',
    ({ holdings }) => holdings.messages.push({ id: 'q2', conversationId: 'c', clientMessageId: 'k', text: 'count' }),
    /is kept 2 times/,
  ],
  [
    'a repetition that became another message',
    ({ history }) =>
      history.acknowledged.push({ conversationId: 'c', clientMessageId: 'k', messageId: 'q2', generationId: 'g2' }),
    /acknowledged as q and as q2/,
  ],
  [
    'a write that was not read',
    ({ history }) => history.readBacks.push({ messageId: 'q', found: false }),
    /not in a list/,
  ],
  ['lost characters', ({ reader }) => reader.frames.splice(1, 1), /characters from 4 to 8 are missing/],
  ['doubled characters', ({ reader }) => reader.frames.splice(1, 0, delta(4, 'one ')), /from 0 to 4 came again/],
  [
    'characters that changed their places',
    ({ reader }) => {
      reader.frames[1] = delta(8, 'owt ');
      reader.frames.push(delta(8, 'two ', { connection: 2 }));
    },
    /holds other characters/,
  ],
  [
    'a new attempt without a word',
    ({ reader }) => reader.frames.splice(1, 1, delta(8, 'two ', { attempt: 2 })),
    /without a reset/,
  ],
  ['an end in the middle', ({ reader }) => reader.frames.splice(2, 2, end()), /not where the text ended/],
  ['text after the end', ({ reader }) => reader.frames.push(delta(18, ' four')), /came after the end/],
  ['two ends', ({ reader }) => reader.frames.push(end({ status: 'interrupted' })), /ended twice/],
  ['a screen that forgot', ({ reader }) => reader.shown.splice(2, 0, shown('one t')), /became others/],
  [
    'a screen with a doubled word',
    ({ reader }) => reader.shown.push(shown('one two two three', { status: 'completed' })),
    /became others/,
  ],
  [
    'an end that was taken back',
    ({ reader }) => reader.shown.push(shown(TEXT, { status: 'interrupted' })),
    /shown as completed and then as interrupted/,
  ],
  ['a screen that never saw the end', ({ reader }) => reader.shown.pop(), /never shown as ended/],
  [
    'a message that is on no screen',
    ({ reader }) => reader.order?.shift(),
    /q was acknowledged and is not on the screen/,
  ],
  ['another order', ({ reader }) => reader.order?.reverse(), /in the order a,q/],
  [
    'an answer that the model did not give',
    ({ history }) => history.expected.set('g', 'one two four'),
    /what the model did not say/,
  ],
  [
    'an answer that is complete too early',
    ({ history }) => history.expected.set('g', `${TEXT} four`),
    /complete with 13 of 18/,
  ],
  [
    'an answer without an end',
    ({ holdings }) => holdings.generations.splice(0, 1, { id: 'g', messageId: 'a', status: 'running', attempt: 1 }),
    /has no end/,
  ],
  [
    'an acknowledged stop that did not hold',
    ({ history }) => history.stopped.push({ generationId: 'g', status: 'stopped' }),
    /was stopped to who stopped it/,
  ],
  ['a call that was not booked', ({ holdings }) => holdings.ledger.pop(), /booked as nothing/],
  [
    'a call that was booked twice',
    ({ holdings }) => holdings.ledger.push({ generationId: 'g', attempt: 1, outcome: 'completed' }),
    /booked as 1 completed,1 completed/,
  ],
  [
    'a sum that is not exact',
    ({ holdings }) => holdings.sums.splice(0, 1, { conversationId: 'c', exact: false }),
    /sum of its calls/,
  ],
])('refuses %s', (_name, spoil, complaint) => {
  expect(found(spoil).join('\n')).toMatch(complaint);
});
