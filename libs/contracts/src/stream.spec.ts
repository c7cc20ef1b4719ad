import { eventId, parseEventId, StreamEvent } from './stream.ts';

const generationId = '0198b1c2-0000-7000-8000-000000000001';
const place = { generationId, attempt: 1, position: 5 };

describe('the id of an event', () => {
  it.each([
    [1, 0],
    [4, 123_456],
    [999_999, 9_999_999_999],
  ])('of attempt %i at %i is read back as it was written', (attempt, position) => {
    expect(eventId(attempt, position)).toBe(`${attempt}.${position}`);
    expect(parseEventId(eventId(attempt, position))).toEqual({ attempt, position });
  });

  it.each([
    '',
    '1',
    '1.',
    '.5',
    '-1.5',
    '1.5.2',
    ' 1.5',
    '1.5\n',
    '1e3.5',
    '1.0x10',
    '1234567.1',
    `1.${'9'.repeat(11)}`,
  ])('is not %j', (id) => expect(parseEventId(id)).toBeUndefined());
});

describe('what a reader of an answer is told', () => {
  const events = {
    snapshot: { ...place, text: 'hello', parts: [{ kind: 'text', text: 'hello' }], status: 'running' },
    delta: { ...place, text: 'lo', part: 0, kind: 'text' },
    reset: { ...place, text: 'hello', parts: [{ kind: 'text', text: 'hello' }] },
    heartbeat: place,
    end: { ...place, status: 'completed', usage: null, costMicros: null, error: null },
  };

  it.each(Object.entries(events))('%s has these fields, all of them', (type, fields) => {
    expect(StreamEvent.parse({ type, ...fields })).toEqual({ type, ...fields });
    for (const name of Object.keys(fields)) {
      const without = Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));
      expect([name, StreamEvent.safeParse({ type, ...without }).success]).toEqual([name, false]);
    }
  });

  it('may grow by a field: an older reader still understands it', () => {
    expect(StreamEvent.parse({ type: 'delta', ...events.delta, news: 1 })).toEqual({ type: 'delta', ...events.delta });
  });

  it('never ends as running', () => {
    expect(StreamEvent.safeParse({ type: 'end', ...events.end, status: 'running' }).success).toBe(false);
  });
});
