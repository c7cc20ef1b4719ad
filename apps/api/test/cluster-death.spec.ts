import { setTimeout as pause } from 'node:timers/promises';
import type { Generation, Message, Page } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf } from './harness/sql.ts';
import type { ApiProcess } from './support/api-process.ts';
import { aChat, follow, readToEnd, Screen } from './support/chat.ts';
import { Cluster, LEASE_SECONDS } from './support/cluster.ts';
import { RawSocket } from './support/raw-socket.ts';

/** Three replicas, and the one that answers dies or stands still while people read on the others. */
let cluster: Cluster;
let mock: MockModel;
let person: Person;
beforeAll(async () => {
  mock = await startMockModel();
  cluster = await Cluster.start(3, {
    OPENAI_API_KEY: 'any',
    OPENAI_BASE_URL: `${mock.url}/v1`,
    ALLOW_PRIVATE_PROVIDERS: 'yes',
  });
  person = await aUser(cluster.replica(0));
}, 90_000);
afterAll(async () => {
  await cluster.close();
  await mock.close();
});

const MODEL = { model: 'openai/mock-large' };
/** Longer than a lease, so that it still speaks when somebody takes over. */
const LONG = '[[tokens:500]] [[delay:20]] go';
let whole: string;
beforeAll(async () => {
  const chat = await aChat(cluster.replica(2), person);
  const { generation } = await chat.ask(LONG, MODEL);
  whole = (await readToEnd(cluster.replica(2), person.token, generation.id)).text;
}, 60_000);

/** Reads to the end through one replica. `onWord` is called with the first words, once. */
async function readOn(replica: ApiProcess, generationId: string, onWord: () => void = () => {}) {
  const screen = new Screen();
  const moments: { at: number; attempt: number; grew: boolean }[] = [];
  let told = false;
  for await (const event of follow(replica, person.token, generationId)) {
    const before = screen.text.length;
    screen.see(event);
    moments.push({ at: performance.now(), attempt: event.attempt, grew: screen.text.length > before });
    if (!told && screen.text.length > 60) {
      told = true;
      onWord();
    }
  }
  return { screen, moments };
}

async function checkTheBooks(conversationId: string, generationId: string, attempts: string[]): Promise<void> {
  const { body } = await cluster
    .replica(2)
    .api<Page<Message>>('GET', `/api/v1/conversations/${conversationId}/messages`, { token: person.token });
  expect(body.items.at(-1)).toMatchObject({
    content: whole,
    generation: { status: 'completed', attempt: attempts.length },
  });
  const ledger = await rowsOf(
    cluster,
    `SELECT outcome FROM ledger WHERE generation_id = $1 AND purpose = 'chat' ORDER BY attempt`,
    [generationId],
  );
  expect(ledger.map(({ outcome }) => outcome)).toEqual(attempts);
}

it.each(['with Redis', 'without Redis'])(
  'continues on another replica after a kill -9, %s: nothing is missing and nothing doubled for who reads there',
  async (redis) => {
    const chat = await aChat(cluster.replica(0), person);
    const socket = await RawSocket.of(cluster.replica(2).url, person.token);
    await socket.ask({ type: 'subscribe', conversationId: chat.id });
    if (redis === 'without Redis') await cluster.redis.kill();
    const { generation } = await chat.ask(LONG, MODEL);
    let killedAt = 0;
    const reading = readOn(cluster.replica(1), generation.id, () => {
      killedAt = performance.now();
      void cluster.replica(0).kill();
    });
    const { screen, moments } = await reading;
    expect(screen.end).toMatchObject({ status: 'completed', attempt: 2 });
    expect([screen.discarded, screen.text]).toEqual([[], whole]);
    await socket.until(({ type, generationId }) => type === 'end' && generationId === generation.id);
    expect(socket.text(generation.id)).toBe(whole);
    const newAttempt = moments.find(({ attempt }) => attempt === 2)?.at ?? Number.POSITIVE_INFINITY;
    const newText = moments.find(({ attempt, grew }) => attempt === 2 && grew)?.at ?? Number.POSITIVE_INFINITY;
    process.stderr.write(
      `${redis}: another replica after ${Math.round(newAttempt - killedAt)} ms, new text after ${Math.round(newText - killedAt)} ms\n`,
    );
    expect(newAttempt - killedAt).toBeLessThan(LEASE_SECONDS * 1000 + 2_000);
    await checkTheBooks(chat.id, generation.id, ['abandoned', 'completed']);
    socket.raw.terminate();
    if (redis === 'without Redis') await cluster.redis.again();
    await cluster.replica(0).start();
  },
  60_000,
);

it('refuses the writes of a replica that stood still longer than its lease, and shows its readers what is true', async () => {
  const chat = await aChat(cluster.replica(0), person);
  const { generation } = await chat.ask(LONG, MODEL);
  const zombie = cluster.replica(0);
  const onZombie = readOn(zombie, generation.id);
  const elsewhere = readOn(cluster.replica(1), generation.id, () => zombie.freeze());
  const read = () =>
    cluster.replica(1).api<Generation>('GET', `/api/v1/generations/${generation.id}`, { token: person.token });
  while ((await read()).body.attempt !== 2) await pause(50);
  zombie.thaw();
  for (const { screen } of await Promise.all([elsewhere, onZombie])) {
    expect(screen.end).toMatchObject({ status: 'completed', attempt: 2 });
    expect([screen.discarded, screen.text]).toEqual([[], whole]);
  }
  await checkTheBooks(chat.id, generation.id, ['abandoned', 'completed']);
  // It has a new epoch, and answers again.
  const again = await chat.ask('count to 3');
  expect((await readToEnd(zombie, person.token, again.generation.id)).end?.status).toBe('completed');
}, 60_000);

it('tells who watches by a socket on a replica that stood still how the answer ended meanwhile', async () => {
  const zombie = cluster.replica(0);
  const chat = await aChat(zombie, person);
  const socket = await RawSocket.of(zombie.url, person.token);
  await socket.ask({ type: 'subscribe', conversationId: chat.id });
  const { generation } = await chat.ask('[[tokens:100]] [[delay:20]] go', MODEL);
  await socket.until(({ type }) => type === 'delta');
  zombie.freeze();
  const { end, text } = await readToEnd(cluster.replica(1), person.token, generation.id);
  zombie.thaw();
  const told = await socket.until(({ type, generationId }) => type === 'end' && generationId === generation.id);
  expect([told.status, socket.text(generation.id)]).toEqual([end?.status, text]);
  socket.raw.terminate();
}, 60_000);

it('forgets the rows of replicas that are long gone, and of no other', async () => {
  await rowsOf(
    cluster,
    `INSERT INTO node (id, epoch, lease_until, version, started_at)
     VALUES ('long-gone', 1, now() - interval '2 hours', '1', now() - interval '3 hours'),
       ('just-gone', 1, now() - interval '2 minutes', '1', now() - interval '3 hours')`,
  );
  await cluster.replica(2).kill();
  await cluster.replica(2).start();
  const names = async () => (await rowsOf(cluster, 'SELECT id FROM node')).map(({ id }) => id);
  while ((await names()).includes('long-gone')) await pause(50);
  expect(await names()).toContain('just-gone');
}, 30_000);
