import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { CLOSE } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import type { ApiProcess } from './support/api-process.ts';
import { aChat, follow, Screen } from './support/chat.ts';
import { Cluster } from './support/cluster.ts';
import { metricSum } from './support/figures.ts';
import { RawSocket } from './support/raw-socket.ts';

/** Two replicas, and the one that answers is told to stop, as at every release of a new version. */
const DRAIN_SECONDS = 3;
/** What a hand-over may take: text made durable, doors closed, connections given back. */
const HAND_OVER_MILLISECONDS = 2_000;
let cluster: Cluster;
let mock: MockModel;
let person: Person;
beforeAll(async () => {
  mock = await startMockModel();
  cluster = await Cluster.start(2, {
    OPENAI_API_KEY: 'any',
    OPENAI_BASE_URL: `${mock.url}/v1`,
    ALLOW_PRIVATE_PROVIDERS: 'yes',
    DRAIN_SECONDS: String(DRAIN_SECONDS),
  });
  person = await aUser(cluster.replica(0));
}, 60_000);
afterEach(() => cluster.replica(0).start());
afterAll(async () => {
  await cluster.close();
  await mock.close();
});

const MODEL = { model: 'openai/mock-large' };
/** Ten seconds: longer than anybody waits for it. */
const LONG = '[[tokens:500]] [[delay:20]] go';
const SHORT = '[[tokens:60]] [[delay:20]] go';

/** Begins an answer on the first replica, and reads it on the second. `onWord` is called with the first words. */
async function reading(content: string, onWord: () => void) {
  const chat = await aChat(cluster.replica(0), person);
  const { generation } = await chat.ask(content, MODEL);
  const screen = new Screen();
  const events: { at: number; attempt: number }[] = [];
  let told = false;
  for await (const event of follow(cluster.replica(1), person.token, generation.id)) {
    screen.see(event);
    events.push({ at: performance.now(), attempt: event.attempt });
    if (told || screen.text.length < 60) continue;
    told = true;
    onWord();
  }
  return { screen, events, messages: await onSecond(chat.id) };
}
const onSecond = async (id: string) => {
  const { body } = await cluster
    .replica(1)
    .api<{ items: { content: string }[] }>('GET', `/api/v1/conversations/${id}/messages`, { token: person.token });
  return body.items;
};
const readiness = async (replica: ApiProcess): Promise<number> => (await replica.api('GET', '/health/ready')).status;

it('says at once that it is not ready, tells sockets to move at different times, and hands over what does not end in time', async () => {
  const [stopping, staying] = [cluster.replica(0), cluster.replica(1)];
  const sockets = await Promise.all(Array.from({ length: 20 }, () => RawSocket.of(stopping.url, person.token)));
  // They keep their connections open and answer nothing, as phones do that are asleep: nobody waits for them.
  const asleep = await Promise.all(Array.from({ length: 20 }, () => RawSocket.of(stopping.url, person.token)));
  for (const { raw } of asleep) raw.pause();
  const other = await aChat(stopping, person);
  const { generation: earlier } = await other.ask('hello', MODEL);
  expect(await readiness(stopping)).toBe(200);
  let looked: Promise<void> | undefined;
  let goneAt = 0;
  const door: { notReadyAfter?: number; refused?: number; followed?: number; upgraded?: string; draining?: number } =
    {};
  let stopped: Promise<number> | undefined;
  const { screen, events, messages } = await reading(LONG, () => {
    const began = performance.now();
    stopped = stopping.stop().then(() => {
      goneAt = performance.now();
      return goneAt - began;
    });
    looked = checkTheDoor();
  });
  async function checkTheDoor(): Promise<void> {
    const began = performance.now();
    while ((await readiness(stopping)) !== 503) await pause(5);
    door.notReadyAfter = performance.now() - began;
    door.draining = await metricSum(stopping, 'chatbox_draining');
    const { status } = await stopping.api('POST', `/api/v1/conversations/${other.id}/messages`, {
      token: person.token,
      body: { clientMessageId: randomUUID(), content: 'hello' },
    });
    door.refused = status;
    const events = `/api/v1/generations/${earlier.id}/events`;
    door.followed = (await stopping.api('GET', events, { token: person.token })).status;
    const late = new WebSocket(`${stopping.url.replace('http', 'ws')}/ws`);
    door.upgraded = await once(late, 'open').then(() => 'taken', String);
  }
  const took = await stopped;
  await looked;
  // Most of the time is the answer's, and all of it is enough for the hand-over too.
  expect(took).toBeGreaterThan(DRAIN_SECONDS * 600);
  expect(took).toBeLessThan(DRAIN_SECONDS * 1_000);
  expect(door.notReadyAfter).toBeLessThan(300);
  expect([door.refused, door.followed, door.upgraded]).toEqual([503, 503, expect.stringContaining('503')]);
  expect([door.draining, await metricSum(staying, 'chatbox_draining')]).toEqual([1, 0]);
  const moves = sockets.map(({ frames }) => frames.find(({ type }) => type === 'move')?.afterMilliseconds as number);
  expect(new Set(moves).size).toBeGreaterThan(10);
  for (const { closed } of sockets) expect((await closed).code).toBe(CLOSE.draining);
  expect(screen.end).toMatchObject({ status: 'completed', attempt: 2 });
  expect([screen.discarded, screen.text]).toEqual([[], messages.at(-1)?.content]);
  const after = events.find(({ attempt }) => attempt === 2)?.at ?? Number.POSITIVE_INFINITY;
  // Begun again elsewhere. A model that cannot be given its own words first says them again, which is not shown twice.
  expect(after - goneAt).toBeLessThan(1_000);
  expect(await readiness(staying)).toBe(200);
  for (const { raw } of asleep) raw.terminate();
}, 60_000);

it('lets a short answer end, and is gone with it', async () => {
  let stopped: Promise<void> | undefined;
  const began = performance.now();
  const { screen } = await reading(SHORT, () => {
    stopped = cluster.replica(0).stop();
  });
  await stopped;
  expect(screen.end).toMatchObject({ status: 'completed', attempt: 1 });
  expect(performance.now() - began).toBeLessThan(DRAIN_SECONDS * 1_000);
}, 30_000);

it('hands over at once when it is asked a second time', async () => {
  let stopped: Promise<number> | undefined;
  const { screen, events } = await reading(LONG, () => {
    const began = performance.now();
    stopped = cluster
      .replica(0)
      .stopTwice()
      .then(() => performance.now() - began);
  });
  expect(await stopped).toBeLessThan(HAND_OVER_MILLISECONDS);
  expect(screen.end).toMatchObject({ status: 'completed', attempt: 2 });
  expect(screen.discarded).toEqual([]);
  const before = events.findLast(({ attempt }) => attempt === 1)?.at ?? 0;
  expect((events.find(({ attempt }) => attempt === 2)?.at ?? Number.POSITIVE_INFINITY) - before).toBeLessThan(1_000);
}, 60_000);
