import { setTimeout as pause } from 'node:timers/promises';
import type { Generation, Message, Page } from '@chatbox/contracts';
import pg from 'pg';
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

/** Takes the lease of whoever owns this, as a takeover does: what is under way ends before, what comes later is outdated. */
async function outdate(generationId: string, whenLocked: (onlooker: pg.Client) => Promise<unknown>): Promise<void> {
  const [thief, onlooker] = [new pg.Client(cluster.databaseUrl), new pg.Client(cluster.databaseUrl)];
  await Promise.all([thief.connect(), onlooker.connect()]);
  try {
    await thief.query('BEGIN');
    const { rows } = await thief.query(
      'SELECT id FROM node WHERE id = (SELECT node_id FROM generation WHERE id = $1) FOR UPDATE',
      [generationId],
    );
    await whenLocked(onlooker);
    await thief.query('UPDATE node SET epoch = epoch + 1 WHERE id = $1', [rows[0].id]);
    await thief.query('COMMIT');
  } finally {
    await Promise.all([thief.end(), onlooker.end()]);
  }
}

it('has the database refuse the words of a replica that does not know yet that its lease is gone', async () => {
  const chat = await aChat(cluster.replica(0), person);
  const { generation } = await chat.ask(LONG, MODEL);
  const [owner] = await rowsOf(cluster, 'SELECT node_id, epoch FROM generation WHERE id = $1', [generation.id]);
  const last = async (client: pg.Client): Promise<string> => {
    const sql = 'SELECT max(seq) AS last FROM journal WHERE node_id = $1 AND epoch = $2';
    return (await client.query(sql, [owner?.node_id, owner?.epoch])).rows[0].last;
  };
  const waiting = `SELECT FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query ~ 'INSERT INTO journal' AND datname = current_database()`;
  let before = '';
  let outdated = Promise.resolve();
  const { screen } = await readOn(cluster.replica(1), generation.id, () => {
    outdated = outdate(generation.id, async (onlooker) => {
      before = await last(onlooker);
      while ((await onlooker.query(waiting)).rowCount === 0 && (await last(onlooker)) === before);
    });
  });
  await outdated;
  const client = new pg.Client(cluster.databaseUrl);
  await client.connect();
  const after = await last(client);
  await client.end();
  expect([Number(before) > 0, after]).toEqual([true, before]);
  expect(screen.end).toMatchObject({ status: 'completed', attempt: 2 });
  expect([screen.discarded, screen.text]).toEqual([[], whole]);
  await checkTheBooks(chat.id, generation.id, ['abandoned', 'completed']);
}, 60_000);

it('has the database refuse the end of an answer by a replica that does not know yet that its lease is gone', async () => {
  const chat = await aChat(cluster.replica(0), person);
  const { generation } = await chat.ask('[[stall:5]]', MODEL);
  for await (const { type } of follow(cluster.replica(0), person.token, generation.id)) if (type === 'delta') break;
  const state = async (client: pg.Client) =>
    (await client.query(`SELECT status, attempt FROM generation WHERE id = $1`, [generation.id])).rows[0];
  let stopping: Promise<unknown> = Promise.resolve();
  const ending = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'ended AS' AND datname = current_database()`;
  await outdate(generation.id, async (onlooker) => {
    const path = `/api/v1/generations/${generation.id}/stop`;
    stopping = cluster.replica(0).api('POST', path, { token: person.token });
    while ((await onlooker.query(ending)).rowCount === 0 && (await state(onlooker)).status === 'running');
    expect(await state(onlooker)).toEqual({ status: 'running', attempt: 1 });
  });
  const { end } = await readToEnd(cluster.replica(1), person.token, generation.id);
  expect(end).toMatchObject({ status: 'stopped', attempt: 2 });
  await stopping;
  const ledger = await rowsOf(cluster, `SELECT outcome FROM ledger WHERE generation_id = $1 ORDER BY attempt`, [
    generation.id,
  ]);
  expect(ledger.map(({ outcome }) => outcome)).toEqual(['abandoned', 'stopped']);
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
