import { ChatClient, type Feed, type FeedView, type Watchable, when } from '@chatbox/chat-client';
import type { Message } from '@chatbox/contracts';
import { TcpProxy } from '../../../tools/faults/tcp-proxy.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { startRefusingProxy } from './support/refusing-proxy.ts';

let app: TestApp;
const clients: ChatClient[] = [];
const ways: TcpProxy[] = [];
beforeAll(async () => {
  app = await startTestApp();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const way of ways.splice(0)) await way.close();
});
afterAll(() => app.close());

/** A device whose network can be cut: its sockets die, its requests are lost before or after they arrive. */
class Device {
  private readonly sockets = new Set<WebSocket>();
  private lose: 'nothing' | 'requests' | 'answers' = 'nothing';
  /** Lists of messages are not answered before it. */
  patience: Promise<void> | undefined;
  /** The word that another answer was begun does not arrive before it. */
  late: Promise<void> | undefined;
  readonly client: ChatClient;

  /** The first socket may take another way than everything after it. */
  constructor(who: Person, url = app.url, firstWay?: string) {
    const sockets = this.sockets;
    let way = firstWay;
    const Cuttable = class extends WebSocket {
      constructor(url: string | URL) {
        super(way === undefined ? url : `${way.replace('http', 'ws')}/ws`);
        way = undefined;
        sockets.add(this);
      }
    };
    this.client = new ChatClient({
      url,
      token: async () => who.token,
      WebSocket: Cuttable,
      fetch: async (input, init) => {
        if (this.lose === 'requests') throw new TypeError('cut');
        if (/messages\?/.test(String(input))) await this.patience;
        const answer = await fetch(input, init);
        if (String(input).endsWith('/regenerate')) await this.late;
        if (this.lose === 'answers') throw new TypeError('cut');
        return answer;
      },
    });
    clients.push(this.client);
    this.client.connect();
  }

  cut(lose: 'requests' | 'answers' | 'nothing' = 'requests'): void {
    this.lose = lose;
    for (const socket of this.sockets) socket.close();
    this.sockets.clear();
  }

  mend(): void {
    this.lose = 'nothing';
    this.client.connection.wake();
  }

  async open(conversationId: string): Promise<Feed> {
    const feed = this.client.enter(conversationId);
    await when(feed.view, (view) => view.status === 'ready');
    return feed;
  }

  async begin(): Promise<Feed> {
    const { id } = await this.client.rest.call('conversations.create', { body: {} });
    return this.open(id);
  }
}

const lastText = (feed: Feed) => feed.view.getSnapshot().entries.at(-1)?.message.content ?? '';
const messagesOf = (view: FeedView) => view.entries.map(({ message }) => `${message.role}: ${message.content}`);
const answered = (view: FeedView) => view.entries.at(-1)?.message.generation?.status === 'completed';
const settled = (feed: Feed) => when(feed.view, answered);
const online = (device: Device) =>
  when(device.client.state as Watchable<{ status: string }>, ({ status }) => status === 'online');

/** Every text that was shown must be the beginning of the next one. */
function watch(feed: Feed): { broken: string[] } {
  const broken: string[] = [];
  let before = '';
  let id: string | undefined;
  feed.view.subscribe(() => {
    const answer = feed.view.getSnapshot().entries.findLast((entry) => entry.message.role === 'assistant')?.message;
    if (!answer) return;
    if (answer.id === id && !answer.content.startsWith(before)) broken.push(`${before} → ${answer.content}`);
    before = answer.content;
    id = answer.id;
  });
  return { broken };
}

const withoutClock = (message: Message) => ({
  ...message,
  generation: message.generation && { ...message.generation, finishedAt: null },
});

const ONE_TO_FORTY = /^one, two, three,[\s\S]+thirty-nine, forty\.$/;

it('shows what is sent at once, and the answer as it is written', async () => {
  const device = new Device(await aUser(app));
  await online(device);
  const feed = await device.begin();
  const seen = watch(feed);
  feed.send('count to 40');
  expect(messagesOf(feed.view.getSnapshot())).toEqual(['user: count to 40']);
  await settled(feed);
  expect(lastText(feed)).toMatch(ONE_TO_FORTY);
  expect(seen.broken).toEqual([]);
  const stored = await device.client.rest.call('messages.list', { id: feed.conversationId });
  // The end of the stream carries everything but the server's clock.
  const known = feed.view.getSnapshot().entries.map(({ message }) => withoutClock(message));
  expect(known).toEqual(stored.items.map(withoutClock));
});

it('keeps two devices of one person in step, also the one that loses its network in between', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const hand = await phone.open(desk.conversationId);
  const seen = watch(hand);
  desk.send('count to 40');
  await when(hand.view, () => lastText(hand).includes('five'));
  phone.cut();
  await when(desk.view, () => lastText(desk).includes('twelve'));
  phone.mend();
  await Promise.all([settled(desk), settled(hand)]);
  expect(lastText(hand)).toMatch(ONE_TO_FORTY);
  expect(messagesOf(hand.view.getSnapshot())).toEqual(messagesOf(desk.view.getSnapshot()));
  expect(seen.broken).toEqual([]);
});

it('finds what was said while it was away', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const hand = await phone.open(desk.conversationId);
  phone.cut();
  for (const text of ['count to 3', 'count to 4']) {
    desk.send(text);
    await when(desk.view, (view) => view.entries.at(-2)?.message.content === text && answered(view));
  }
  phone.mend();
  await when(hand.view, (view) => view.entries.length === 4 && answered(view));
  expect(messagesOf(hand.view.getSnapshot())).toEqual(messagesOf(desk.view.getSnapshot()));
});

it('comes to the version that was asked for while it was away', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const hand = await phone.open(desk.conversationId);
  desk.send('count to 3');
  await Promise.all([settled(desk), settled(hand)]);
  const another = async (by: Feed, ...screens: Feed[]) => {
    const { message } = await by.regenerate(by.view.getSnapshot().entries.at(-1)?.message.id ?? '');
    const isShown = (view: FeedView) => view.entries.at(-1)?.message.id === message.id && answered(view);
    await Promise.all(screens.map((screen) => when(screen.view, isShown)));
    return isShown;
  };
  // Chosen on the phone itself, so that it would stay there.
  await another(hand, hand, desk);
  phone.cut();
  const isShown = await another(desk, desk);
  phone.mend();
  await when(hand.view, isShown);
});

it('is told of what happens after its socket was lost while it was reading the beginning', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const reading = Promise.withResolvers<void>();
  phone.patience = reading.promise;
  const hand = phone.client.enter(desk.conversationId);
  await when(hand.view, ({ conversation }) => conversation !== null);
  phone.cut('nothing');
  await when(phone.client.state, ({ status }) => status !== 'online');
  phone.mend();
  await online(phone);
  phone.patience = undefined;
  reading.resolve();
  await when(hand.view, ({ status }) => status === 'ready');
  desk.send('count to 3');
  await settled(hand);
});

it('soon leaves a server that says nothing while somebody waits for words', async () => {
  const { hostname: host, port } = new URL(app.url);
  const way = await TcpProxy.open({ host, port: Number(port) });
  ways.push(way);
  const device = new Device(await aUser(app), app.url, `http://127.0.0.1:${way.port}`);
  await online(device);
  const feed = await device.begin();
  feed.send('count to 40');
  await when(feed.view, () => lastText(feed).includes('five'));
  way.stall();
  const began = performance.now();
  await settled(feed);
  expect(lastText(feed)).toMatch(ONE_TO_FORTY);
  expect(performance.now() - began).toBeLessThan(8_000);
});

it('sends a message once, however often its acknowledgement is lost', async () => {
  const device = new Device(await aUser(app));
  await online(device);
  const feed = await device.begin();
  device.cut('answers');
  feed.send('count to 3');
  await when(device.client.outbox.items, ([item]) => item?.state === 'queued');
  device.mend();
  await settled(feed);
  await when(device.client.outbox.items, (items) => items.length === 0);
  expect(messagesOf(feed.view.getSnapshot())).toEqual(['user: count to 3', 'assistant: one, two, three.']);
});

it('keeps what is written without a network, and sends it in order when there is one', async () => {
  const device = new Device(await aUser(app));
  await online(device);
  const feed = await device.begin();
  device.cut('requests');
  feed.send('count to 2');
  feed.send('count to 3');
  expect(messagesOf(feed.view.getSnapshot())).toEqual(['user: count to 2', 'user: count to 3']);
  device.mend();
  await when(feed.view, (view) => view.entries.length === 4 && answered(view));
  expect(messagesOf(feed.view.getSnapshot())).toEqual([
    'user: count to 2',
    'assistant: one, two.',
    'user: count to 3',
    'assistant: one, two, three.',
  ]);
});

it('stops from another device, and shows the same text on both', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const hand = await phone.open(desk.conversationId);
  desk.send('count to 200');
  const { running } = await when(hand.view, () => lastText(hand).includes('seven'));
  await hand.stop(running?.generation?.id ?? '');
  const stopped = (view: FeedView) => view.entries.at(-1)?.message.generation?.status === 'stopped';
  await Promise.all([when(desk.view, stopped), when(hand.view, stopped)]);
  expect(lastText(desk)).toBe(lastText(hand));
});

it('edits and answers again as branches, and other devices follow the choice', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const hand = await phone.open(desk.conversationId);
  desk.send('count to 2');
  await settled(desk);
  const [question] = desk.view.getSnapshot().entries;
  desk.edit(question?.message.id ?? '', 'count to 3');
  await when(
    desk.view,
    (view) => view.entries[0]?.message.content === 'count to 3' && view.entries.length === 2 && answered(view),
  );
  await when(hand.view, (view) => view.entries[0]?.siblings.ids.length === 2 && view.entries[0]?.siblings.index === 1);
  await hand.showBranch(question?.message.id ?? '');
  await when(desk.view, (view) => view.entries[0]?.message.content === 'count to 2');
  await desk.regenerate(desk.view.getSnapshot().entries[1]?.message.id ?? '');
  await when(desk.view, (view) => view.entries[1]?.siblings.ids.length === 2 && answered(view));
  expect(messagesOf(desk.view.getSnapshot())).toEqual(['user: count to 2', 'assistant: one, two.']);
});

it('stays where everybody is when the answer to something earlier arrives late', async () => {
  const who = await aUser(app);
  const [laptop, phone] = [new Device(who), new Device(who)];
  await Promise.all([online(laptop), online(phone)]);
  const desk = await laptop.begin();
  const hand = await phone.open(desk.conversationId);
  desk.send('count to 2');
  await settled(desk);
  const late = Promise.withResolvers<void>();
  laptop.late = late.promise;
  const again = desk.regenerate(desk.view.getSnapshot().entries[1]?.message.id ?? '');
  await when(hand.view, (view) => view.entries[1]?.siblings.ids.length === 2 && answered(view));
  hand.edit(hand.view.getSnapshot().entries[0]?.message.id ?? '', 'count to 3');
  const isThere = (view: FeedView) => view.entries[0]?.message.content === 'count to 3' && answered(view);
  await Promise.all([when(desk.view, isThere), when(hand.view, isThere)]);
  late.resolve();
  await again;
  expect(messagesOf(desk.view.getSnapshot())).toEqual(messagesOf(hand.view.getSnapshot()));
});

it('says so when the conversation is not there, and ends when nobody is signed in', async () => {
  const stranger = new Device(await aUser(app));
  await online(stranger);
  const { conversationId } = await new Device(await aUser(app)).begin();
  const feed = stranger.client.enter(conversationId);
  await when(feed.view, (view) => view.status === 'missing');

  const nobody = new Device({ ...(await aUser(app)), token: 'not a token' });
  const { error } = await when(nobody.client.state, ({ status }) => status === 'ended');
  expect(error?.code).toBe('auth.required');
});

it('reads one answer to its end over connections that break', async () => {
  const who = await aUser(app);
  const breaking: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (!String(input).endsWith('/events') || !answer.body) return answer;
    let left = 400;
    const body = answer.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          left -= chunk.length;
          if (left < 0) controller.error(new Error('cut'));
        },
      }),
    );
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
  const client = new ChatClient({ url: app.url, token: async () => who.token, fetch: breaking });
  clients.push(client);
  const { id } = await client.rest.call('conversations.create', { body: {} });
  const body = { clientMessageId: crypto.randomUUID(), content: 'count to 40' };
  const { generation } = await client.rest.call('messages.send', { id, body });
  let text = '';
  let status: string | undefined;
  for await (const event of client.follow(generation.id)) {
    if (event.type === 'snapshot') text = event.text;
    if (event.type === 'delta') text += event.text;
    if (event.type === 'end') ({ status } = event);
  }
  expect(status).toBe('completed');
  expect(text).toMatch(ONE_TO_FORTY);
});

describe('a conversation that begins without a network', () => {
  it.each(['requests', 'answers'] as const)('is there at once, and once, when %s are lost', async (lost) => {
    const ann = await aUser(app);
    const device = new Device(ann);
    await online(device);
    device.cut(lost);
    const { conversationId } = device.client.begin('hello there');
    const feed = await device.open(conversationId);
    expect(messagesOf(feed.view.getSnapshot())).toEqual(['user: hello there']);
    feed.send('and another');
    expect(messagesOf(feed.view.getSnapshot())).toEqual(['user: hello there', 'user: and another']);

    device.mend();
    await when(device.client.outbox.items, (items) => items.length === 0);
    await when(feed.view, ({ entries }) => entries.length === 4);
    await settled(feed);
    expect(feed.view.getSnapshot().conversation?.id).toBe(conversationId);
    const chats = await device.client.rest.call('conversations.list');
    expect(chats.items.map(({ id }) => id)).toEqual([conversationId]);
    const roles = feed.view.getSnapshot().entries.map(({ message }) => message.role);
    expect(roles).toEqual(['user', 'assistant', 'user', 'assistant']);
  });
});

describe('behind a proxy that refuses sockets', () => {
  it('streams answers all the same, sees what others say, and takes the socket when one opens', async () => {
    const proxy = await startRefusingProxy(app.url);
    const ann = await aUser(app);
    const behind = new Device(ann, proxy.url);
    const status = (wanted: string) =>
      when(behind.client.state as Watchable<{ status: string }>, ({ status }) => status === wanted);
    await status('polling');
    const feed = await behind.begin();
    const seen = watch(feed);
    const lengths = new Set<number>();
    feed.view.subscribe(() => lengths.add(lastText(feed).length));
    feed.send('count to 60');
    await when(feed.view, answered);
    expect(seen.broken).toEqual([]);
    expect(lengths.size).toBeGreaterThan(5);

    const laptop = new Device(ann);
    await online(laptop);
    const there = await laptop.open(feed.conversationId);
    expect(messagesOf(there.view.getSnapshot())).toEqual(messagesOf(feed.view.getSnapshot()));
    there.send('and hello');
    await when(feed.view, ({ entries }) => entries.length === 4);
    await Promise.all([settled(feed), settled(there)]);
    expect(messagesOf(feed.view.getSnapshot())).toEqual(messagesOf(there.view.getSnapshot()));

    proxy.allowSockets();
    behind.client.connection.wake();
    await status('online');
    feed.send('and goodbye');
    await when(feed.view, ({ entries }) => entries.length === 6);
    await settled(feed);
    behind.client.close();
    await proxy.close();
  }, 60_000);
});
