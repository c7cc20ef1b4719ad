import { randomUUID } from 'node:crypto';
import type { Conversation, Generation, Message, Page, Problem } from '@chatbox/contracts';
import { aUser } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, follow, readToEnd, Screen } from './support/chat.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

describe('asking and reading', () => {
  it('streams an answer that is the same for its reader and in the database', async () => {
    const chat = await aChat(app);
    const { message, generation } = await chat.ask('hello there');
    expect(message).toMatchObject({ role: 'user', content: 'hello there', parentId: null });
    expect(generation).toMatchObject({ status: 'running', attempt: 1 });
    const screen = await readToEnd(app, chat.who.token, generation.id);
    expect(screen.end).toMatchObject({ status: 'completed', error: null, costMicros: 0 });
    const [question, answer] = await chat.messages();
    expect(question).toMatchObject(message);
    expect(answer).toMatchObject({ content: screen.text, parentId: message.id, generation: { status: 'completed' } });
    expect(answer?.position).toBe(screen.text.length);
    expect(screen.text.length).toBeGreaterThan(0);
  });

  it('gives a returning reader exactly what it lacks, wherever it left', async () => {
    const chat = await aChat(app);
    const { generation } = await chat.ask('count to 30');
    const whole = readToEnd(app, chat.who.token, generation.id);
    const screen = new Screen();
    while (!screen.end) {
      const network = new AbortController();
      for await (const event of follow(app, chat.who.token, generation.id, screen.lastEventId, network.signal)) {
        screen.see(event);
        if (event.type === 'delta') break;
      }
      network.abort();
    }
    expect(screen.text).toBe((await whole).text);
    expect(screen.discarded).toEqual([]);
  });

  it('resets a reader whose place cannot be', async () => {
    const chat = await aChat(app);
    const { generation } = await chat.ask('hello');
    await readToEnd(app, chat.who.token, generation.id);
    for (const place of ['1.99999', '7.3', 'nonsense', '']) {
      const types: string[] = [];
      for await (const event of follow(app, chat.who.token, generation.id, place || undefined)) types.push(event.type);
      expect(types).toEqual([place ? 'reset' : 'snapshot', 'end']);
    }
  });

  it('treats a repeated clientMessageId as the same message, also when it comes twice at once', async () => {
    const chat = await aChat(app);
    const clientMessageId = randomUUID();
    const send = (content = 'hello') =>
      app.api<Problem>('POST', `/api/v1/conversations/${chat.id}/messages`, {
        token: chat.who.token,
        body: { clientMessageId, content },
      });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await send('something else')).body.code).toBe('message.client_id_reused');
    expect(await chat.messages()).toHaveLength(2);
  });

  it('answers one message of a branch at a time', async () => {
    const chat = await aChat(app);
    const { generation } = await chat.ask('tell me a long story');
    await expect(chat.ask('and another')).rejects.toThrow('generation.busy');
    await app.api('POST', `/api/v1/generations/${generation.id}/stop`, { token: chat.who.token });
    await chat.ask('and another');
  });

  it('pages through messages from the end, without a gap', async () => {
    const chat = await aChat(app);
    for (const word of ['one', 'two', 'three'])
      await readToEnd(app, chat.who.token, (await chat.ask(word)).generation.id);
    const all = await chat.messages();
    const seen: Message[] = [];
    let before: string | null = '';
    while (before !== null) {
      const { body }: { body: Page<Message> } = await app.api(
        'GET',
        `/api/v1/conversations/${chat.id}/messages?limit=2${before && `&before=${before}`}`,
        { token: chat.who.token },
      );
      seen.unshift(...body.items);
      before = body.nextCursor;
    }
    expect(seen).toEqual(all);
  });
});

describe('branches', () => {
  it('makes an edit and a regenerate siblings', async () => {
    const chat = await aChat(app);
    const first = await chat.ask('hello');
    await readToEnd(app, chat.who.token, first.generation.id);
    const edited = await chat.ask('good evening', { parentId: null });
    await readToEnd(app, chat.who.token, edited.generation.id);
    const { body: again, status } = await app.api<{ message: Message; generation: Generation }>(
      'POST',
      `/api/v1/messages/${edited.generation.messageId}/regenerate`,
      { token: chat.who.token },
    );
    expect(status).toBe(202);
    expect(again.message).toMatchObject({ role: 'assistant', parentId: edited.message.id });
    await readToEnd(app, chat.who.token, again.generation.id);
    const messages = await chat.messages();
    expect(messages.filter(({ parentId }) => parentId === null).map(({ content }) => content)).toEqual([
      'hello',
      'good evening',
    ]);
    expect(messages.filter(({ parentId }) => parentId === edited.message.id)).toHaveLength(2);
    expect((await chat.read()).activeLeafId).toBe(again.message.id);
    await app.api('PATCH', `/api/v1/conversations/${chat.id}`, {
      token: chat.who.token,
      body: { activeLeafId: first.generation.messageId },
    });
    const next = await chat.ask('go on');
    expect(next.message.parentId).toBe(first.generation.messageId);
  });
});

describe('stop', () => {
  it('is acknowledged with the terminal state and keeps what was shown', async () => {
    const chat = await aChat(app);
    const { generation } = await chat.ask('tell me a long story');
    const screen = new Screen();
    for await (const event of follow(app, chat.who.token, generation.id)) {
      screen.see(event);
      if (screen.text.length < 40 || event.type === 'end') continue;
      const { body } = await app.api<{ generation: Generation }>('POST', `/api/v1/generations/${generation.id}/stop`, {
        token: chat.who.token,
      });
      expect(body.generation.status).toBe('stopped');
    }
    expect(screen.end?.status).toBe('stopped');
    const answer = (await chat.messages()).at(-1);
    expect(answer?.content).toBe(screen.text);
    const again = await app.api<{ generation: Generation }>('POST', `/api/v1/generations/${generation.id}/stop`, {
      token: chat.who.token,
    });
    expect(again.body.generation.status).toBe('stopped');
  });
});

describe('conversations', () => {
  it('that are begun twice with one id are one, and nobody takes the id of somebody else', async () => {
    const [ann, bob] = await Promise.all([aUser(app), aUser(app)]);
    const id = randomUUID();
    const begin = (who: { token: string }, title: string) =>
      app.api<Conversation & Problem>('POST', '/api/v1/conversations', { token: who.token, body: { id, title } });
    const both = await Promise.all([begin(ann, 'mine'), begin(ann, 'mine')]);
    expect(both.map(({ status, body }) => [status, body.id])).toEqual([
      [201, id],
      [201, id],
    ]);
    expect(await begin(ann, 'another name')).toMatchObject({ status: 201, body: { id, title: 'mine' } });
    expect(await begin(bob, 'stolen')).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
    const list = await app.api<Page<Conversation>>('GET', '/api/v1/conversations', { token: ann.token });
    expect(list.body.items.map(({ title }) => title)).toEqual(['mine']);

    await app.api('DELETE', `/api/v1/conversations/${id}`, { token: ann.token });
    expect(await begin(ann, 'again')).toMatchObject({ status: 404, body: { code: 'conversation.not_found' } });
  });

  it('get their name from a model after the first exchange, and a person’s own is kept', async () => {
    const chat = await aChat(app);
    await readToEnd(app, chat.who.token, (await chat.ask('my cat sleeps all day')).generation.id);
    let title: string | null = null;
    for (const deadline = Date.now() + 5_000; title === null && Date.now() < deadline; )
      title = (await chat.read()).title;
    expect(title).toEqual(expect.stringMatching(/\S/));
    await app.api('PATCH', `/api/v1/conversations/${chat.id}`, { token: chat.who.token, body: { title: 'Mine' } });
    await readToEnd(app, chat.who.token, (await chat.ask('and eats')).generation.id);
    expect((await chat.read()).title).toBe('Mine');
  });

  it('are listed by cursor, the latest first, deleted and brought back', async () => {
    const who = await aUser(app);
    const chats = [];
    for (let count = 0; count < 5; count += 1) chats.push(await aChat(app, who));
    const list = async (query: string) =>
      (await app.api<Page<Conversation>>('GET', `/api/v1/conversations?${query}`, { token: who.token })).body;
    const ids = chats.map(({ id }) => id).toReversed();
    const first = await list('limit=2');
    const second = await list(`limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    const gone = ids[1];
    expect((await app.api('DELETE', `/api/v1/conversations/${gone}`, { token: who.token })).status).toBe(204);
    expect((await app.api('GET', `/api/v1/conversations/${gone}`, { token: who.token })).status).toBe(404);
    expect((await list('limit=10')).items).toHaveLength(4);
    expect((await app.api('POST', `/api/v1/conversations/${gone}/restore`, { token: who.token })).status).toBe(200);
    expect((await list('limit=10')).items).toHaveLength(5);
  });

  it('are not there for anybody else, by any door', async () => {
    const chat = await aChat(app);
    const { message, generation } = await chat.ask('a secret');
    await readToEnd(app, chat.who.token, generation.id);
    const stranger = await aUser(app);
    const tries: [string, string, object?][] = [
      ['GET', `/api/v1/conversations/${chat.id}`],
      ['PATCH', `/api/v1/conversations/${chat.id}`, { title: 'Stolen' }],
      ['DELETE', `/api/v1/conversations/${chat.id}`],
      ['POST', `/api/v1/conversations/${chat.id}/restore`],
      ['GET', `/api/v1/conversations/${chat.id}/messages`],
      ['POST', `/api/v1/conversations/${chat.id}/messages`, { clientMessageId: randomUUID(), content: 'hi' }],
      ['POST', `/api/v1/messages/${message.id}/regenerate`, {}],
      ['GET', `/api/v1/generations/${generation.id}`],
      ['POST', `/api/v1/generations/${generation.id}/stop`],
      ['GET', `/api/v1/generations/${generation.id}/events`],
    ];
    for (const [method, path, body] of tries)
      expect([
        method,
        path,
        (await app.api(method, path, { token: stranger.token, ...(body && { body }) })).status,
      ]).toEqual([method, path, 404]);
    const own = await aChat(app, stranger);
    await expect(own.ask('mine', { parentId: generation.messageId })).rejects.toThrow('message.parent_invalid');
  });
});
