import { randomUUID } from 'node:crypto';
import { CLOSE } from '@chatbox/contracts';
import { aUser } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { RawSocket } from './support/raw-socket.ts';

let app: TestApp;
const open = new Set<RawSocket>();
const connect = async (token: string) => {
  const socket = await RawSocket.of(app.url, token);
  open.add(socket);
  return socket;
};
beforeAll(async () => {
  app = await startTestApp();
});
afterEach(() => {
  for (const { raw } of open) raw.terminate();
  open.clear();
});
afterAll(() => app.close());

describe('a socket', () => {
  it('is told at the beginning whether another server may go on with an answer', async () => {
    const { token } = await aUser(app);
    const socket = await RawSocket.open(app.url);
    open.add(socket);
    expect(await socket.ask({ type: 'hello', token })).toMatchObject({ ok: true, replicated: false });
  });

  it('asks, streams and ends; a second one that watches sees the same', async () => {
    const chat = await aChat(app);
    const [one, two] = await Promise.all([connect(chat.who.token), connect(chat.who.token)]);
    for (const socket of [one, two])
      expect(await socket.ask({ type: 'subscribe', conversationId: chat.id })).toMatchObject({ ok: true, revision: 1 });
    const ack = await one.ask({
      type: 'send',
      conversationId: chat.id,
      clientMessageId: randomUUID(),
      content: 'count to 12',
    });
    expect(ack).toMatchObject({ ok: true, message: { content: 'count to 12' }, generation: { status: 'running' } });
    const { id } = ack.generation as { id: string };
    for (const socket of [one, two]) {
      expect(await socket.until(({ type }) => type === 'end')).toMatchObject({ generationId: id, status: 'completed' });
      const messages = socket.frames
        .filter(({ type }) => type === 'message')
        .map(({ message }) => (message as { role: string }).role);
      expect(messages).toEqual(['user', 'assistant']);
    }
    expect(one.text(id)).toBe(two.text(id));
    expect((await chat.messages()).at(-1)?.content).toBe(one.text(id));
  });

  it('costs the database next to nothing when two hundred of many people come back at once', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => aUser(app)));
    const chats = await Promise.all(people.map((who) => aChat(app, who)));
    const { generation } = await (chats[0] ?? (await aChat(app))).ask('count to 3');
    const place = { generationId: generation.id, attempt: 1, position: 0 };
    const seats = Array.from({ length: 200 }, (_, i) => chats[i % chats.length]).filter((chat) => chat !== undefined);
    const taken = async (): Promise<number> => {
      const { body } = await app.api<string>('GET', '/metrics');
      return Number(/^chatbox_db_pool_wait_seconds_count\{pool="primary"\} (\d+)/m.exec(body)?.[1]);
    };
    const before = await taken();
    const answers = await Promise.all(
      seats.map(async ({ who, id }) => {
        const socket = await connect(who.token);
        return socket.ask({ type: 'subscribe', conversationId: id, places: [place] });
      }),
    );
    // Two questions for each of them would be more than four hundred.
    expect((await taken()) - before).toBeLessThan(60);
    expect(answers.map(({ ok, conversationId }) => ok && conversationId)).toEqual(seats.map(({ id }) => id));
    // What was asked together was answered to each by their own right.
    const stranger = await connect(people[1]?.token ?? '');
    const [own, foreign] = await Promise.all(
      [chats[1], chats[0]].map((chat) =>
        stranger.ask({ type: 'subscribe', conversationId: chat?.id, places: [place] }),
      ),
    );
    expect([own, foreign]).toMatchObject([{ ok: true }, { ok: false, error: { code: 'conversation.not_found' } }]);
    expect(stranger.frames.filter(({ generationId }) => generationId === generation.id)).toEqual([]);
  });

  it('brings who comes later, and who comes back with a place, up to date', async () => {
    const chat = await aChat(app);
    const { generation } = await chat.ask('count to 40');
    const first = await connect(chat.who.token);
    await first.ask({ type: 'subscribe', conversationId: chat.id });
    const delta = await first.until(({ type }) => type === 'delta');
    const place = { generationId: generation.id, attempt: 1, position: Number(delta.position) };
    const late = await connect(chat.who.token);
    await late.ask({ type: 'subscribe', conversationId: chat.id, places: [place] });
    await Promise.all([first, late].map((socket) => socket.until(({ type }) => type === 'end')));
    expect(late.frames.some(({ type }) => type === 'snapshot' || type === 'reset')).toBe(false);
    const firstDelta = late.frames.find(({ type }) => type === 'delta');
    expect(Number(firstDelta?.position) - String(firstDelta?.text).length).toBe(place.position);
    const after = await connect(chat.who.token);
    await after.ask({ type: 'subscribe', conversationId: chat.id, places: [place] });
    await after.until(({ type }) => type === 'end');
    const rest = after.frames
      .filter(({ type }) => type === 'delta')
      .map(({ text }) => text)
      .join('');
    expect(rest).toBe(first.text(generation.id).slice(place.position));
  });

  it('stops an answer that another socket reads', async () => {
    const chat = await aChat(app);
    const [reader, stopper] = await Promise.all([connect(chat.who.token), connect(chat.who.token)]);
    await reader.ask({ type: 'subscribe', conversationId: chat.id });
    const { generation } = await chat.ask('tell me a long story');
    await reader.until(({ type }) => type === 'delta');
    expect(await stopper.ask({ type: 'stop', generationId: generation.id })).toMatchObject({
      ok: true,
      generation: { status: 'stopped' },
    });
    expect(await reader.until(({ type }) => type === 'end')).toMatchObject({ status: 'stopped' });
  });

  it('hears of the own conversations, and of nobody else’s', async () => {
    const ann = await aUser(app);
    const socket = await connect(ann.token);
    const bob = await aChat(app);
    const own = await aChat(app, ann);
    await app.api('DELETE', `/api/v1/conversations/${own.id}`, { token: ann.token });
    await socket.until(({ type }) => type === 'conversation_deleted');
    const heard = socket.frames
      .filter(({ type }) => type === 'conversation')
      .map(({ conversation }) => (conversation as { id: string }).id);
    expect(heard).toEqual([own.id]);
    expect(heard).not.toContain(bob.id);
  });
});

describe('what a socket must not do', () => {
  it('gets another’s conversation or generation only as not found', async () => {
    const chat = await aChat(app);
    const { generation } = await chat.ask('a secret');
    const stranger = await aUser(app);
    const socket = await connect(stranger.token);
    const refused = async (frame: object) => ((await socket.ask(frame)).error as { code: string }).code;
    expect(await refused({ type: 'subscribe', conversationId: chat.id })).toBe('conversation.not_found');
    expect(await refused({ type: 'stop', generationId: generation.id })).toBe('generation.not_found');
    expect(await refused({ type: 'send', conversationId: chat.id, clientMessageId: randomUUID(), content: 'hi' })).toBe(
      'conversation.not_found',
    );
    const own = await aChat(app, stranger);
    await socket.ask({
      type: 'subscribe',
      conversationId: own.id,
      places: [{ generationId: generation.id, attempt: 0, position: 0 }],
    });
    await readToEnd(app, chat.who.token, generation.id);
    expect(socket.frames.filter(({ generationId }) => generationId === generation.id)).toEqual([]);
  });

  it('does nothing before hello', async () => {
    const socket = await RawSocket.open(app.url);
    open.add(socket);
    const answer = await socket.ask({ type: 'subscribe', conversationId: randomUUID() });
    expect(answer).toMatchObject({ ok: false, error: { code: 'auth.required' } });
  });

  it('is told to stop trying with a token that is not one', async () => {
    const socket = await RawSocket.open(app.url);
    const answer = await socket.ask({ type: 'hello', token: 'not.a.token' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'auth.required' } });
    expect((await socket.closed).code).toBe(CLOSE.unauthenticated);
  });

  it('ends with its session', async () => {
    const who = await aUser(app);
    const socket = await connect(who.token);
    await app.api('POST', '/api/v1/auth/logout', { token: who.token });
    expect((await socket.closed).code).toBe(CLOSE.sessionEnded);
  });

  it.each([
    ['not JSON', 'hello'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number', '7'],
    ['no type', '{"id":"q1"}'],
    ['an unknown type', '{"id":"q1","type":"drop"}'],
    ['no id', '{"type":"ping"}'],
    ['a field too many', '{"id":"q1","type":"ping","role":"owner"}'],
    ['an object for an id', '{"id":{},"type":"ping"}'],
    ['a wrong conversation id', '{"id":"q1","type":"subscribe","conversationId":{"$ne":null}}'],
    ['a deep object', `{"id":"q1","type":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['a prototype', '{"id":"q1","type":"ping","__proto__":{"x":1}}'],
  ])('sends %s and is told so, and the connection goes on', async (_what, frame) => {
    const who = await aUser(app);
    const socket = await connect(who.token);
    socket.raw.send(frame);
    expect(await socket.until(({ ok }) => ok === false)).toMatchObject({ error: { code: 'request.invalid' } });
    expect(await socket.ask({ type: 'ping' })).toMatchObject({ ok: true });
  });

  it('sends nothing but nonsense for ever', async () => {
    const who = await aUser(app);
    const socket = await connect(who.token);
    for (let count = 0; count < 30; count += 1) socket.raw.send('nonsense');
    expect((await socket.closed).code).toBe(CLOSE.tooManyBadFrames);
  });

  it('sends bytes, or more of them than a message can have', async () => {
    const who = await aUser(app);
    const binary = await connect(who.token);
    binary.raw.send(Buffer.from('{}'));
    expect((await binary.closed).code).toBe(CLOSE.protocol);
    const large = await connect(who.token);
    large.raw.send('x'.repeat(2 * 1024 * 1024));
    expect((await large.closed).code).toBe(1009);
  });
});
