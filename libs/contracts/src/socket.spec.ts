import { CLOSE, ClientFrame, HelloAck, ServerEvent } from './socket.ts';

const id = '0198b1c2-0000-7000-8000-000000000001';
const place = { generationId: id, attempt: 1, position: 5 };
const takes = (frame: object): boolean => ClientFrame.safeParse(frame).success;

describe('a frame of a client', () => {
  it.each([
    { type: 'hello' },
    { type: 'hello', token: 'a token' },
    { type: 'subscribe', conversationId: id },
    { type: 'subscribe', conversationId: id, places: [place] },
    { type: 'unsubscribe', conversationId: id },
    { type: 'send', conversationId: id, clientMessageId: id, content: 'hi' },
    { type: 'send', conversationId: id, clientMessageId: id, content: 'hi', parentId: null, model: 'a/b' },
    { type: 'stop', generationId: id },
    { type: 'ping' },
  ])('may be %j', (frame) => expect(takes({ id: '1', ...frame })).toBe(true));

  it.each([
    ['no id', { type: 'ping' }],
    ['an empty id', { id: '', type: 'ping' }],
    ['an id longer than 64', { id: 'x'.repeat(65), type: 'ping' }],
    ['a number for an id', { id: 1, type: 'ping' }],
    ['a type that is not known', { id: '1', type: 'shout' }],
    ['a field that is not known', { id: '1', type: 'ping', loud: true }],
    ['a token longer than 4000', { id: '1', type: 'hello', token: 'x'.repeat(4001) }],
    ['more than 100 places', { id: '1', type: 'subscribe', conversationId: id, places: Array(101).fill(place) }],
    [
      'a place before the beginning',
      { id: '1', type: 'subscribe', conversationId: id, places: [{ ...place, position: -1 }] },
    ],
    [
      'half a character for a position',
      { id: '1', type: 'subscribe', conversationId: id, places: [{ ...place, position: 0.5 }] },
    ],
    ['a conversation that is not a UUID', { id: '1', type: 'unsubscribe', conversationId: '../1' }],
  ])('with %s is refused', (_what, frame) => expect(takes(frame)).toBe(false));
});

describe('a frame of the server', () => {
  it('has one of these types, which clients branch on', () => {
    const types = ServerEvent.options.map(({ shape }) => shape.type.value);
    expect(types).toEqual([
      'snapshot',
      'delta',
      'reset',
      'end',
      'message',
      'conversation',
      'conversation_deleted',
      'heartbeat',
      'move',
    ]);
  });

  it('may grow: a greeting of a newer server is still one', () => {
    const hello = { userId: id, sessionId: id, heartbeatSeconds: 15 };
    expect(HelloAck.parse({ ...hello, news: 1 })).toEqual(hello);
  });
});

it('a close code says by its range whether to come back', () => {
  const comeBack = ['draining', 'slowReader', 'leaseLost', 'helloTimeout', 'idle'];
  for (const [name, code] of Object.entries(CLOSE)) {
    const range = comeBack.includes(name) ? [4000, 4499] : [4500, 4999];
    expect([name, code >= (range[0] ?? 0) && code <= (range[1] ?? 0)]).toEqual([name, true]);
  }
  expect(new Set(Object.values(CLOSE)).size).toBe(Object.keys(CLOSE).length);
  expect([CLOSE.draining, CLOSE.unauthenticated, CLOSE.sessionEnded]).toEqual([4000, 4500, 4501]);
});
