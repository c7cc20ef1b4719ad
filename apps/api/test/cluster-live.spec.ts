import { setTimeout as pause } from 'node:timers/promises';
import type { AuthResult } from '@chatbox/contracts';
import pg from 'pg';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import type { ApiProcess } from './support/api-process.ts';
import { aChat, follow, readToEnd, Screen } from './support/chat.ts';
import { Cluster } from './support/cluster.ts';
import { metricSum } from './support/figures.ts';
import { RawSocket } from './support/raw-socket.ts';

/** What two replicas show of one conversation: with Redis, and without. */
let cluster: Cluster;
let mock: MockModel;
let person: Person;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  mock = await startMockModel();
  cluster = await Cluster.start(2, {
    OPENAI_API_KEY: 'any',
    OPENAI_BASE_URL: `${mock.url}/v1`,
    ALLOW_PRIVATE_PROVIDERS: 'yes',
  });
  person = await aUser(cluster.replica(0));
}, 60_000);
afterEach(() => {
  for (const { raw } of sockets.splice(0)) raw.terminate();
});
afterAll(async () => {
  await cluster.close();
  await mock.close();
});

const SLOW = { model: 'openai/mock-large' };
const saying = (tokens: number, delay = 20) => `[[tokens:${tokens}]] [[delay:${delay}]] go`;
const socketOn = async (index: number): Promise<RawSocket> => {
  const socket = await RawSocket.of(cluster.replica(index).url, person.token);
  sockets.push(socket);
  return socket;
};
/** A conversation, asked for on the first replica. */
const onFirst = () => aChat(cluster.replica(0), person);
const hints = async (index: number): Promise<number> => {
  const { body } = await cluster.replica(index).api<string>('GET', '/metrics');
  return Number(/^chatbox_hints_live (\d)/m.exec(body)?.[1]);
};

async function bothSeeTheSame(): Promise<{ gaps: number[] }> {
  const chat = await onFirst();
  const [here, there] = [await socketOn(0), await socketOn(1)];
  for (const socket of [here, there]) await socket.ask({ type: 'subscribe', conversationId: chat.id });
  const { generation } = await chat.ask(saying(60), SLOW);
  const late: number[] = [];
  const arrived = new Map<number, number>();
  here.raw.on('message', (data) => {
    const { type, position } = JSON.parse(data.toString()) as { type?: string; position: number };
    if (type === 'delta') arrived.set(position, performance.now());
  });
  there.raw.on('message', (data) => {
    const { type, position } = JSON.parse(data.toString()) as { type?: string; position: number };
    const at = arrived.get(position);
    if (type === 'delta' && at !== undefined) late.push(performance.now() - at);
  });
  const screens = await Promise.all([0, 1].map((i) => readToEnd(cluster.replica(i), person.token, generation.id)));
  for (const socket of [here, there])
    expect(await socket.until(({ type }) => type === 'end')).toMatchObject({
      generationId: generation.id,
      status: 'completed',
    });
  const answer = (await chat.messages()).at(-1)?.content ?? '';
  expect(answer.length).toBeGreaterThan(100);
  expect([here.text(generation.id), there.text(generation.id)]).toEqual([answer, answer]);
  expect(screens.map(({ text }) => text)).toEqual([answer, answer]);
  expect(there.frames.filter(({ type }) => type === 'end')).toHaveLength(1);
  return { gaps: late };
}

it('shows an answer of the other replica as it comes, and the messages and the list with it', async () => {
  expect([await hints(0), await hints(1)]).toEqual([1, 1]);
  const list = await socketOn(1);
  const { gaps } = await bothSeeTheSame();
  expect(gaps.length).toBeGreaterThan(10);
  expect(gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]).toBeLessThan(150);
  await list.until(({ type }) => type === 'conversation');
});

it('tells the words of an answer to Redis only while somebody watches on another replica, and then as they come', async () => {
  const published = async (): Promise<number> =>
    Number(/cmdstat_publish:calls=(\d+)/.exec(await cluster.redis.command('info', 'commandstats'))?.[1] ?? 0);
  const chat = await onFirst();
  const here = await socketOn(0);
  await here.ask({ type: 'subscribe', conversationId: chat.id });
  const before = await published();
  const alone = await chat.ask(saying(100), SLOW);
  await here.until(({ type, generationId }) => type === 'end' && generationId === alone.generation.id);
  const words = (socket: RawSocket, id: string): number =>
    socket.frames.filter(({ type, generationId }) => type === 'delta' && generationId === id).length;
  expect(words(here, alone.generation.id)).toBeGreaterThan(20);
  // The question, the answer, the list, the name, the end, and a word every two seconds.
  expect((await published()) - before).toBeLessThan(15);
  // Whoever comes to the other replica in the middle of it hears every word from then on.
  const { generation } = await chat.ask(saying(200), SLOW);
  await here.until(({ type, generationId }) => type === 'delta' && generationId === generation.id);
  const there = await socketOn(1);
  await there.ask({ type: 'subscribe', conversationId: chat.id });
  await there.until(({ type, generationId }) => type === 'end' && generationId === generation.id);
  expect(there.text(generation.id)).toBe(here.text(generation.id));
  expect(words(there, generation.id)).toBeGreaterThan(0.7 * words(here, generation.id));
});

it('counts failed sign-ins of one e-mail on all replicas together', async () => {
  const victim = await aUser(cluster.replica(0));
  const statuses: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    const { status } = await cluster
      .replica(i % 2)
      .api('POST', '/api/v1/auth/login', { body: { email: victim.email, password: 'a wrong password' } });
    statuses.push(status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
});

it('counts the requests of one person on all replicas together', async () => {
  const someone = await aUser(cluster.replica(0));
  const left = async (index: number): Promise<number> => {
    const { headers } = await cluster.replica(index).api('GET', '/api/v1/conversations', { token: someone.token });
    return Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
  };
  const first = await left(0);
  expect([await left(1), await left(0), await left(1)]).toEqual([first - 1, first - 2, first - 3]);
});

it('stops an answer of the other replica, and acknowledges it when it has stopped', async () => {
  const chat = await onFirst();
  const { generation } = await chat.ask(saying(2_000), SLOW);
  for await (const event of follow(cluster.replica(1), person.token, generation.id)) if (event.type === 'delta') break;
  const began = performance.now();
  const { status, body } = await cluster
    .replica(1)
    .api('POST', `/api/v1/generations/${generation.id}/stop`, { token: person.token });
  expect([status, body]).toEqual([200, { generation: expect.objectContaining({ status: 'stopped' }) }]);
  expect(performance.now() - began).toBeLessThan(1_200);
});

it('knows of a changed name on the other replica before what it remembers is old', async () => {
  const name = async (): Promise<unknown> =>
    (await cluster.replica(1).api<{ name: string }>('GET', '/api/v1/auth/me', { token: person.token })).body.name;
  for (const next of ['Ann', 'Ann Person']) {
    await name();
    await cluster.replica(0).api('PATCH', '/api/v1/auth/me', { token: person.token, body: { name: next } });
    const began = performance.now();
    while ((await name()) !== next) expect(performance.now() - began).toBeLessThan(500);
  }
});

it('closes sockets and streams on the other replica within a second of a logout, with Redis and without', async () => {
  for (const isAway of [false, true]) {
    const login = await cluster.replica(0).api<{ accessToken: string }>('POST', '/api/v1/auth/login', {
      body: { email: person.email, password: person.password },
    });
    const socket = await RawSocket.of(cluster.replica(1).url, login.body.accessToken);
    if (isAway) await cluster.redis.kill();
    await cluster.replica(0).api('POST', '/api/v1/auth/logout', { token: login.body.accessToken, body: {} });
    const began = performance.now();
    expect((await socket.closed).code).toBe(4501);
    expect(performance.now() - began).toBeLessThan(isAway ? 1_000 : 500);
    const me = () => cluster.replica(1).api('GET', '/api/v1/auth/me', { token: login.body.accessToken });
    // A session is believed for a second where no hint tells; the machine may be busy besides.
    while ((await me()).status !== 401) expect(performance.now() - began).toBeLessThan(isAway ? 3_000 : 1_500);
  }
  await cluster.redis.again();
});

it('takes nothing back from somebody who comes with more than the hints have told here', async () => {
  const chat = await onFirst();
  const [here, there] = [await socketOn(0), await socketOn(1)];
  for (const socket of [here, there]) await socket.ask({ type: 'subscribe', conversationId: chat.id });
  const { generation } = await chat.ask(saying(150), SLOW);
  const { id: generationId } = generation;
  const isDelta = (frame: { type?: string; generationId?: unknown }) =>
    frame.type === 'delta' && frame.generationId === generationId;
  await there.until(isDelta);
  await cluster.redis.command('acl', 'setuser', 'default', '-publish');
  const told = there.text(generationId).length;
  await here.until((frame) => isDelta(frame) && Number(frame.position) > told + 40);
  const seen = here.text(generationId);
  const places = [{ generationId, attempt: 1, position: seen.length }];
  const moved = await socketOn(1);
  await moved.ask({ type: 'subscribe', conversationId: chat.id, places });
  const next = await moved.until((frame) => frame.generationId === generationId);
  await cluster.redis.command('acl', 'setuser', 'default', '+publish');
  expect(next).toMatchObject({ type: 'delta', position: seen.length + String(next.text).length });
  for (const socket of [here, moved])
    await socket.until((frame) => frame.type === 'end' && frame.generationId === generationId);
  const rest = moved.frames.filter(isDelta).map(({ text }) => text);
  expect(seen + rest.join('')).toBe(here.text(generationId));
});

it('lists no answer as ended with a text that was read before its end', async () => {
  const chat = await onFirst();
  const { generation } = await chat.ask(saying(400), SLOW);
  const [ending, looking] = [0, 1].map(() => new pg.Client({ connectionString: cluster.databaseUrl })) as [
    pg.Client,
    pg.Client,
  ];
  try {
    await Promise.all([ending.connect(), looking.connect()]);
    await ending.query('BEGIN');
    await ending.query('LOCK TABLE generation IN ACCESS EXCLUSIVE MODE');
    const path = `/api/v1/conversations/${chat.id}/messages`;
    const listed = cluster.replica(1).api<{ items: { content: string }[] }>('GET', path, { token: person.token });
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%g.message_id = ANY%'`;
    while ((await looking.query(waiting)).rows.length === 0) await pause(10);
    const parts = JSON.stringify([{ kind: 'text', text: 'all of it' }]);
    const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0, estimated: true };
    await ending.query(`UPDATE message SET text = 'all of it', parts = $2, position = 9, usage = $3 WHERE id = $1`, [
      generation.messageId,
      parts,
      usage,
    ]);
    await ending.query(`UPDATE generation SET status = 'completed', finished_at = now() WHERE id = $1`, [
      generation.id,
    ]);
    await ending.query('COMMIT');
    expect((await listed).body.items.at(-1)).toMatchObject({
      content: 'all of it',
      generation: { status: 'completed' },
    });
  } finally {
    await Promise.all([ending.end(), looking.end()]);
  }
});

it('stops an answer of the other replica without Redis, also when the model says nothing', async () => {
  const chat = await onFirst();
  const { generation } = await chat.ask('Think. [[stall:5]]', SLOW);
  const words = follow(cluster.replica(0), person.token, generation.id);
  const screen = new Screen();
  await cluster.redis.kill();
  while ((await hints(0)) + (await hints(1)) > 0) await pause(50);
  // What was said before it fell silent is checkpointed, and nothing is left to write.
  const direct = new pg.Client({ connectionString: cluster.databaseUrl });
  await direct.connect();
  const written = `SELECT FROM message WHERE id = $1 AND position > 0`;
  while ((await direct.query(written, [generation.messageId])).rowCount === 0) await pause(50);
  await direct.end();
  const asked = performance.now();
  const stop = cluster.replica(1).api('POST', `/api/v1/generations/${generation.id}/stop`, { token: person.token });
  for await (const event of words) screen.see(event);
  expect(performance.now() - asked).toBeLessThan(3_000);
  expect(screen.end?.status).toBe('stopped');
  expect((await stop).status).toBeLessThan(300);
  await cluster.redis.again();
  while ((await hints(0)) + (await hints(1)) < 2) await pause(50);
}, 60_000);

it('goes on without Redis, a little slower, and heals', async () => {
  const chat = await onFirst();
  const there = await socketOn(1);
  await there.ask({ type: 'subscribe', conversationId: chat.id });
  const { generation } = await chat.ask(saying(300), SLOW);
  const screen = new Screen();
  let gone = false;
  let last = performance.now();
  let longest = 0;
  for await (const event of follow(cluster.replica(1), person.token, generation.id)) {
    screen.see(event);
    if (gone) longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (!gone && screen.text.length > 100) {
      gone = true;
      await cluster.redis.kill();
      last = performance.now();
    }
  }
  expect(screen.end?.status).toBe('completed');
  expect(longest).toBeLessThan(2_500);
  // Without Redis from the beginning: what is new in the conversation and in the list is told by its revision.
  while ((await hints(1)) !== 0) await pause(50);
  const { generation: second } = await chat.ask(saying(40), SLOW);
  const { revision } = await chat.read();
  const began = performance.now();
  const knows = (seen: unknown) =>
    (seen as { conversationId: string; revision: number }[]).some(
      (one) => one.conversationId === chat.id && one.revision >= revision,
    );
  await there.until(({ type, conversations }) => type === 'heartbeat' && knows(conversations));
  expect(performance.now() - began).toBeLessThan(2_500);
  await there.until(({ type, generationId }) => type === 'end' && generationId === second.id);
  expect(there.text(second.id)).toBe((await chat.messages()).at(-1)?.content);
  expect(there.text(generation.id)).toBe(screen.text);
  expect(await metricSum(cluster.replica(0), 'chatbox_hints_lost_total')).toBeGreaterThan(0);
  await cluster.redis.again();
  while ((await hints(0)) + (await hints(1)) < 2) await pause(50);
  const { gaps } = await bothSeeTheSame();
  expect(gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]).toBeLessThan(150);
}, 60_000);

it('lets people in and out without Redis, on either replica, and still counts what each asks for', async () => {
  const MOST = 30;
  const alone = await Cluster.start(2, { RATE_LIMIT_MAX_SIGNED_IN: String(MOST) });
  try {
    await alone.redis.kill();
    const [here, there] = [alone.replica(0), alone.replica(1)];
    const { email, password, user } = await aUser(here);
    const login = await there.api<AuthResult>('POST', '/api/v1/auth/login', { body: { email, password } });
    expect([login.status, login.body.user?.id]).toEqual([200, user.id]);
    const { refreshToken } = login.body;
    const next = await here.api<AuthResult>('POST', '/api/v1/auth/refresh', { body: { refreshToken } });
    expect([next.status, next.body.refreshToken === refreshToken]).toEqual([200, false]);
    const token = next.body.accessToken;
    const me = async (replica: ApiProcess) => (await replica.api('GET', '/api/v1/auth/me', { token })).status;
    expect([await me(here), await me(there)]).toEqual([200, 200]);
    expect((await there.api('POST', '/api/v1/auth/logout', { token, body: {} })).status).toBe(204);
    // A session is believed for a second where no hint tells.
    while ((await me(here)) === 200) await pause(50);
    expect([await me(here), await me(there)]).toEqual([401, 401]);

    const greedy = await aUser(there);
    const ask = async (replica: ApiProcess) =>
      (await replica.api('GET', '/api/v1/conversations', { token: greedy.token })).status;
    for (const replica of [here, there]) {
      const statuses: number[] = [];
      for (let i = 0; i < MOST + 2; i += 1) statuses.push(await ask(replica));
      expect(statuses).toEqual([...Array(MOST).fill(200), 429, 429]);
    }
  } finally {
    await alone.close();
  }
}, 60_000);
