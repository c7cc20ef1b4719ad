import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatClient, type Feed, when } from '@chatbox/chat-client';
import type { Daemon } from '../../../tools/cluster/daemon.ts';
import { nginxDaemon } from '../../../tools/cluster/nginx.ts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { findProgram } from '../../../tools/test/debian.ts';
import { freePort } from '../../../tools/test/redis.ts';
import { aUser, type Person } from './harness/people.ts';
import { aChat, follow, readToEnd } from './support/chat.ts';
import { Cluster } from './support/cluster.ts';

/** Our own clients behind the deployed balancer, and one of two replicas is told to stop. */
const DRAIN_SECONDS = 6;
const SPREAD_MILLISECONDS = 3_000;
const READERS = 40;
const STREAMS = 20;
/** Twelve seconds: it is handed over in the middle. */
const LONG = '[[tokens:600]] [[delay:20]] go';

let cluster: Cluster;
let mock: MockModel;
let nginx: Daemon;
let folder: string;
let balancer: string;
const readers: Reader[] = [];
beforeAll(async () => {
  const program = findProgram(process.env, ['nginx', '/usr/sbin/nginx'], 'nginx-light');
  if (!program) throw new Error('This test needs nginx: install the package "nginx-light"');
  mock = await startMockModel();
  cluster = await Cluster.start(2, {
    OPENAI_API_KEY: 'any',
    OPENAI_BASE_URL: `${mock.url}/v1`,
    ALLOW_PRIVATE_PROVIDERS: 'yes',
    DRAIN_SECONDS: String(DRAIN_SECONDS),
    TRUSTED_PROXIES: '127.0.0.1',
  });
  folder = await mkdtemp(join(tmpdir(), 'chatbox-balancer-'));
  const [port, api] = [await freePort(), cluster.replicas.map(({ url }) => Number(new URL(url).port))];
  nginx = await nginxDaemon({ program, folder, port, api, web: [], onRestart: () => undefined });
  await nginx.start();
  balancer = `http://127.0.0.1:${port}`;
}, 60_000);
afterAll(async () => {
  for (const { client } of readers) client.close();
  await nginx?.halt();
  await cluster?.close();
  await mock?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Somebody with our client, whose sockets are looked at. */
class Reader {
  readonly opened: number[] = [];
  /** Texts that were not the beginning of what was shown next. */
  readonly broken: string[] = [];
  readonly client: ChatClient;

  constructor(who: Person) {
    const { opened } = this;
    const Looked = class extends WebSocket {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('open', () => opened.push(performance.now()));
      }
    };
    this.client = new ChatClient({ url: balancer, token: async () => who.token, WebSocket: Looked });
    readers.push(this);
    this.client.connect();
  }

  async reads(conversationId: string): Promise<Feed> {
    const feed = this.client.enter(conversationId);
    await when(feed.view, ({ status }) => status === 'ready');
    let before = '';
    feed.view.subscribe(() => {
      const text = textOf(feed);
      if (!text.startsWith(before)) this.broken.push(`${before} → ${text}`);
      before = text;
    });
    return feed;
  }
}
const textOf = (feed: Feed): string => feed.view.getSnapshot().entries.at(-1)?.message.content ?? '';
const socketsOn = async (url: string): Promise<number> => {
  const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
  return Number(/^chatbox_websocket_connections (\d+)/m.exec(text)?.[1]);
};

it('sends readers to the other replica, one after the other, and none of them misses a word or sees one twice', async () => {
  const [stopping, staying] = [cluster.replica(0), cluster.replica(1)];
  const who = await aUser(stopping);
  const chat = await aChat(stopping, who);
  const { generation } = await chat.ask(LONG, { model: 'openai/mock-large' });
  const all = Array.from({ length: READERS }, () => new Reader(who));
  const feeds = await Promise.all(all.map((reader) => reader.reads(chat.id)));
  await Promise.all(feeds.map((feed) => when(feed.view, () => textOf(feed).length > 60)));
  // Requests and streams go through the balancer as well.
  const streams = Promise.all(
    Array.from({ length: STREAMS }, () => readToEnd({ url: balancer, api: staying.api }, who.token, generation.id)),
  );
  const direct = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const events = follow(stopping, who.token, generation.id);
      await events.next();
      return events;
    }),
  );
  const cuts = Promise.all(
    direct.map(async (events) => {
      for await (const _event of events);
      return performance.now();
    }),
  );
  const concerned = await socketsOn(stopping.url);
  expect(concerned).toBeGreaterThan(READERS / 4);
  const began = performance.now();
  await stopping.stop();
  await Promise.all(
    feeds.map((feed) => when(feed.view, ({ entries }) => entries.at(-1)?.message.generation?.status === 'completed')),
  );

  // Who landed on the replica that is leaving would have had to move once more.
  const moved = all.filter(({ opened }) => opened.length > 1);
  expect(Math.max(...moved.map(({ opened }) => opened.length))).toBe(2);
  expect(moved.length).toBe(concerned);
  expect(await socketsOn(staying.url)).toBe(READERS);
  const backAfter = moved.map(({ opened }) => (opened[1] ?? 0) - began).sort((a, b) => a - b);
  const [inTheFirstHalf, later] = [
    backAfter.filter((milliseconds) => milliseconds < SPREAD_MILLISECONDS / 2),
    backAfter.filter((milliseconds) => milliseconds > SPREAD_MILLISECONDS / 2),
  ];
  expect(inTheFirstHalf.length).toBeGreaterThan(0);
  expect(later.length).toBeGreaterThan(moved.length / 5);
  expect(backAfter.at(-1)).toBeLessThan(SPREAD_MILLISECONDS + 1_000);
  const cutAfter = (await cuts).map((at) => at - began);
  expect(cutAfter.filter((milliseconds) => milliseconds > SPREAD_MILLISECONDS / 2).length).toBeGreaterThan(STREAMS / 5);
  expect(Math.max(...cutAfter)).toBeLessThan(SPREAD_MILLISECONDS + 1_000);

  const stored = (
    await staying.api<{ items: { content: string }[] }>('GET', `/api/v1/conversations/${chat.id}/messages`, {
      token: who.token,
    })
  ).body.items.at(-1)?.content;
  for (const feed of feeds) expect(textOf(feed)).toBe(stored);
  for (const { broken } of all) expect(broken).toEqual([]);
  for (const { text, discarded } of await streams) expect([text, discarded]).toEqual([stored, []]);
}, 90_000);
