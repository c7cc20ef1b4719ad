import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { TcpProxy } from '../../../tools/faults/tcp-proxy.ts';
import { estimateTokens } from '../src/usage/estimate-tokens.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser, type Person } from './harness/people.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, follow, readToEnd, Screen } from './support/chat.ts';
import { metricSum } from './support/figures.ts';

/** A model that says something else each time it is asked, a word every few milliseconds, as models do. */
let model: Server;
interface Turn {
  role: string;
  content: string;
}
interface Reply {
  thought?: string;
  text: string;
}
let said: (string | Reply | ((turns: Turn[]) => string | Reply))[] = [];
/** What the model was asked, call by call. */
let asked: Turn[][] = [];
let settings: Record<string, string>;
const MODELS = [{ id: 'fickle' }, { id: 'narrow', context_length: 400 }];
let api: ApiProcess;
let person: Person;
let database: pg.Client;

beforeAll(async () => {
  model = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ object: 'list', data: MODELS }));
    }
    const { messages } = (await json(request)) as { messages: Turn[] };
    // A system prompt comes only with the question for a name of the conversation.
    const isAboutName = messages[0]?.role === 'system';
    if (!isAboutName) asked.push(messages);
    const next = (isAboutName ? undefined : said.shift()) ?? 'Nothing more to say.';
    const what = typeof next === 'function' ? next(messages) : next;
    const reply: Reply = typeof what === 'string' ? { text: what } : what;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const tell = (delta: object, finish: string | null = null) =>
      response.write(
        `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'fickle', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
      );
    const words = (text: string) => text.split(/(?<= )/).filter((word) => word !== '');
    const deltas = [
      ...words(reply.thought ?? '').map((word) => ({ reasoning_content: word })),
      ...words(reply.text).map((word) => ({ content: word })),
    ];
    for (const delta of deltas) {
      if (response.destroyed) return;
      tell(delta);
      await pause(15);
    }
    tell({}, 'stop');
    response.end('data: [DONE]\n\n');
  }).listen(0, '127.0.0.1');
  await once(model, 'listening');
  const { port } = model.address() as AddressInfo;
  settings = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` };
  api = await ApiProcess.on(settings);
  await api.start();
  person = await aUser(api);
  database = new pg.Client({ connectionString: api.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await api.close();
  model.closeAllConnections();
  model.close();
});

const LONG = (name: string) => `${name} says: ${'one word after the other, '.repeat(40)}and that was all.`;

/** A long text in which nothing comes twice. */
const TALE = Array.from({ length: 30 }, (_, at) => `Night ${at} had ${at * at + 7} stars.`).join(' ');
const isTold = `SELECT attempt, outcome FROM ledger WHERE generation_id = $1 AND purpose = 'chat' ORDER BY attempt`;

/** Reads, and kills the API each time the screen has grown by so many characters, as often as told. */
async function readThroughKills(generationId: string, kills: number, through = api, by = person): Promise<Screen> {
  const screen = new Screen();
  let left = kills;
  let attempts = 0;
  while (!screen.end) {
    try {
      for await (const event of follow(through, by.token, generationId, screen.lastEventId)) {
        screen.see(event);
        const enough = screen.attempt > attempts && screen.text.length > 60 && event.type === 'delta';
        if (left === 0 || !enough) continue;
        left -= 1;
        attempts = screen.attempt;
        await through.kill();
        await through.start();
      }
    } catch (error) {
      if ((error as Error).name !== 'TypeError') throw error;
    }
    await pause(10);
  }
  return screen;
}

it('leaves what was said on the screen, and goes on after it with what another call of the model says', async () => {
  const rest = ' So much for Ann, and now for something else.';
  said = [LONG('Ann'), rest];
  asked = [];
  const chat = await aChat(api, person);
  const { generation } = await chat.ask('who are you?', { model: 'openai/fickle' });
  const screen = await readThroughKills(generation.id, 1);
  expect(screen.end).toMatchObject({ status: 'completed', attempt: 2 });
  expect(screen.discarded).toEqual([]);
  expect(screen.text.endsWith(rest)).toBe(true);
  const begun = screen.text.slice(0, -rest.length);
  expect(begun.length).toBeGreaterThan(60);
  expect(LONG('Ann').startsWith(begun)).toBe(true);
  expect((await chat.messages()).at(-1)?.content).toBe(screen.text);
  const question = { role: 'user', content: 'who are you?' };
  const goOn = { role: 'user', content: expect.stringMatching(/cut off.*go on exactly where it stops/is) };
  expect(asked).toEqual([[question], [question, { role: 'assistant', content: begun }, goOn]]);
  // This provider says nothing of usage: each call is counted with what it said itself.
  const { rows } = await database.query(
    `SELECT attempt, outcome, output_tokens::int AS output FROM ledger WHERE generation_id = $1 ORDER BY attempt`,
    [generation.id],
  );
  expect(rows).toEqual([
    { attempt: 1, outcome: 'abandoned', output: estimateTokens(begun) },
    { attempt: 2, outcome: 'completed', output: estimateTokens(rest) },
  ]);
}, 60_000);

it.each([
  ['goes on at the next character', (begun: string) => begun.length],
  ['says its last sentence again', (begun: string) => begun.lastIndexOf('Night', begun.length - 18)],
  ['says everything again', () => 0],
])(
  'says nothing twice where the model %s',
  async (_, from) => {
    const rest = (turns: Turn[]) => TALE.slice(from(turns.at(-2)?.content ?? ''));
    said = [TALE, rest, rest];
    const chat = await aChat(api, person);
    const { generation } = await chat.ask('tell me a tale', { model: 'openai/fickle' });
    const screen = await readThroughKills(generation.id, 2);
    expect(screen.end).toMatchObject({ status: 'completed', attempt: 3 });
    expect(screen.discarded).toEqual([]);
    expect(screen.text).toBe(TALE);
  },
  60_000,
);

it('goes on with the words alone where thoughts went before them', async () => {
  const thought = 'What would they like to hear? ';
  const again = (turns: Turn[]) => ({ thought: 'How did it go on? ', text: TALE.slice(turns.at(-2)?.content.length) });
  said = [{ thought, text: TALE }, again];
  const chat = await aChat(api, person);
  const { generation } = await chat.ask('tell me a tale', { model: 'openai/fickle' });
  const screen = await readThroughKills(generation.id, 1);
  expect(screen.discarded).toEqual([]);
  expect((await chat.messages()).at(-1)?.parts).toEqual([
    { kind: 'reasoning', text: thought },
    { kind: 'text', text: TALE },
  ]);
}, 60_000);

it('keeps what is to be gone on with in the window, and lets earlier turns go for it', async () => {
  const again = (turns: Turn[]) => TALE.slice(turns.at(-2)?.content.length);
  said = ['Yes.', TALE, again];
  const chat = await aChat(api, person);
  const long = `do you know tales? ${'I like them. '.repeat(75)}`.trim();
  await readToEnd(api, person.token, (await chat.ask(long, { model: 'openai/narrow' })).generation.id);
  asked = [];
  const { generation } = await chat.ask('tell me one', { model: 'openai/narrow' });
  const screen = await readThroughKills(generation.id, 1);
  expect(screen.text).toBe(TALE);
  expect(asked.map((turns) => turns.slice(0, -1).map(({ content }) => content))).toEqual([
    [long, 'Yes.'],
    ['tell me one', expect.stringMatching(/^Night 0 .{50,}/)],
  ]);
}, 60_000);

/** What stands when an answer was begun anew, openly: the third attempt, the second one kept. */
async function beginsAnew(generationId: string, screen: Screen, of: pg.Client): Promise<void> {
  // The second attempt was to go on with the first text; the third is the one that says something else.
  expect(screen.end).toMatchObject({ status: 'completed', attempt: 3 });
  expect(screen.discarded).toHaveLength(1);
  const { rows } = await of.query(`SELECT attempt, parts FROM attempt WHERE generation_id = $1`, [generationId]);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ attempt: 2 });
  const { rows: calls } = await of.query(isTold, [generationId]);
  expect(calls).toEqual([
    { attempt: 1, outcome: 'abandoned' },
    { attempt: 3, outcome: 'completed' },
  ]);
  const kept = (rows[0] as { parts: { text: string }[] }).parts.map(({ text }) => text).join('');
  expect(kept.startsWith(screen.discarded[0] ?? 'nothing')).toBe(true);
}

it('begins a visible new attempt where there were only thoughts, and keeps them', async () => {
  const thoughts = Array.from({ length: 60 }, (_, at) => `I think of ${at}. `).join('');
  said = [
    { thought: thoughts, text: 'Ann.' },
    { thought: 'Something else. ', text: 'Bob.' },
  ];
  const chat = await aChat(api, person);
  const { generation } = await chat.ask('who are you?', { model: 'openai/fickle' });
  const screen = await readThroughKills(generation.id, 1);
  await beginsAnew(generation.id, screen, database);
  expect(screen.text).toBe('Something else. Bob.');
  // What died is counted by whoever books it, as what ended here and what named the conversation.
  const booked = async () =>
    (
      await database.query(
        'SELECT sum(output_tokens)::int AS output FROM ledger WHERE conversation_id = $1 HAVING count(*) = 3',
        [chat.id],
      )
    ).rows[0]?.output;
  const counted = () => metricSum(api, 'chatbox_tokens_total', ({ direction }) => direction === 'output');
  while ((await counted()) !== (await booked()));
  expect((await chat.messages()).at(-1)?.content).toBe('Bob.');
}, 60_000);

it('begins a visible new attempt where the operator says that the model does not go on', async () => {
  said = [LONG('Ann'), LONG('Bob')];
  asked = [];
  const anew = await ApiProcess.on({ ...settings, MODELS_ASKED_ANEW: 'ollama, openai/fickle' });
  const its = new pg.Client({ connectionString: anew.databaseUrl });
  try {
    await anew.start();
    await its.connect();
    const reader = await aUser(anew);
    const chat = await aChat(anew, reader);
    const { generation } = await chat.ask('who are you?', { model: 'openai/fickle' });
    const screen = await readThroughKills(generation.id, 1, anew, reader);
    await beginsAnew(generation.id, screen, its);
    expect(screen.text).toBe(LONG('Bob'));
    expect((await chat.messages()).at(-1)?.content).toBe(LONG('Bob'));
    expect(asked.every((turns) => turns.every(({ role }) => role === 'user'))).toBe(true);
  } finally {
    await its.end();
    await anew.close();
  }
}, 60_000);

it('ends honestly as interrupted, with its text, when every server that tries dies', async () => {
  said = Array.from({ length: 6 }, () => LONG('Carl'));
  const chat = await aChat(api, person);
  const { generation } = await chat.ask('who are you?', { model: 'openai/fickle' });
  const screen = new Screen();
  while (!screen.end) {
    await Promise.race([
      (async () => {
        for await (const event of follow(api, person.token, generation.id, screen.lastEventId)) screen.see(event);
      })().catch((error: unknown) => {
        if ((error as Error).name !== 'TypeError') throw error;
      }),
      pause(250),
    ]);
    if (screen.end) break;
    await api.kill();
    await api.start();
  }
  expect(screen.end).toMatchObject({ status: 'interrupted', error: { code: 'generation.lost_owner', retry: true } });
  expect(screen.discarded).toEqual([]);
  expect(LONG('Carl').startsWith(screen.text)).toBe(true);
  expect(screen.text.length).toBeGreaterThan(0);
  said = ['Here I am again.'];
  const { status } = await api.api('POST', `/api/v1/messages/${generation.messageId}/regenerate`, {
    token: person.token,
  });
  expect(status).toBe(202);
}, 90_000);

it('takes nothing over by a lease that ended while the database kept it waiting', async () => {
  said = Array.from({ length: 6 }, () => LONG('Dora'));
  const hasty = await ApiProcess.on({ ...settings, LEASE_SECONDS: '6' });
  const lock = new pg.Client({ connectionString: hasty.databaseUrl });
  try {
    await hasty.start();
    await lock.connect();
    const reader = await aUser(hasty);
    const chat = await aChat(hasty, reader);
    const { generation } = await chat.ask('who are you?', { model: 'openai/fickle' });
    const screen = new Screen();
    for await (const event of follow(hasty, reader.token, generation.id)) {
      screen.see(event);
      if (screen.text.length > 30) break;
    }
    // Right after a renewal, so that the next look for orphans waits at the head of the line, before the next renewal.
    const until = async () =>
      (await lock.query<{ text: string }>('SELECT lease_until::text AS text FROM node')).rows[0]?.text;
    const renewed = await until();
    while ((await until()) === renewed) await pause(10);
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE node, generation IN ACCESS EXCLUSIVE MODE');
    const over = `SELECT bool_and(lease_until < clock_timestamp()) AS over FROM node`;
    while (!(await lock.query<{ over: boolean }>(over)).rows[0]?.over) await pause(50);
    await lock.query('COMMIT');
    while (!screen.end)
      for await (const event of follow(hasty, reader.token, generation.id, screen.lastEventId)) screen.see(event);
    // How often the lease changed hands depends on the machine; what was said does not.
    expect(screen.end).toMatchObject({ status: 'completed' });
    expect([screen.discarded, screen.text]).toEqual([[], LONG('Dora')]);
  } finally {
    await lock.end();
    await hasty.close();
  }
}, 60_000);

it('takes over at the moment in which a lease ends', async () => {
  const chats = await Promise.all(Array.from({ length: 5 }, () => aChat(api, person)));
  const answers = await Promise.all(chats.map((chat) => chat.ask('count to 3', { model: 'offline/assistant' })));
  const generations = answers.map(({ generation }) => generation.id);
  const running = `SELECT FROM generation WHERE id = ANY($1) AND status = 'running'`;
  while ((await database.query(running, [generations])).rowCount !== 0) await pause(20);
  // Each of another node that says nothing any more; whoever looks once a second is late for one of them.
  const ends = `INSERT INTO node (id, epoch, lease_until, version)
    SELECT 'silent-' || n, 1, clock_timestamp() + make_interval(secs => 2.4 + n * 0.2), '1' FROM generate_series(1, 5) AS n
    RETURNING extract(epoch FROM lease_until)::float8 AS "endsAt"`;
  const { rows } = await database.query<{ endsAt: number }>(ends);
  await database.query(
    `UPDATE generation g SET status = 'running', finished_at = NULL, attempt = 2, epoch = 1, node_id = 'silent-' || n, place = n
     FROM unnest($1::uuid[]) WITH ORDINALITY AS silent (id, n) WHERE g.id = silent.id`,
    [generations],
  );
  const late: number[] = [];
  for (const [index, { endsAt }] of rows.entries())
    for (;;) {
      const { rows: found } = await database.query<{ now: number }>(
        `SELECT extract(epoch FROM clock_timestamp())::float8 AS now FROM generation WHERE id = $1 AND attempt > 2`,
        [generations[index]],
      );
      if (found[0]) {
        late.push(found[0].now - endsAt);
        break;
      }
      await pause(10);
    }
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThan(0.8);
});

it('shows nothing of an answer whose lease ended while the database kept its beginning waiting', async () => {
  said = Array.from({ length: 6 }, () => LONG('Emil'));
  const hasty = await ApiProcess.on({ ...settings, LEASE_SECONDS: '2' });
  const connect = async () => {
    const client = new pg.Client({ connectionString: hasty.databaseUrl });
    await client.connect();
    return client;
  };
  const clients: pg.Client[] = [];
  try {
    await hasty.start();
    clients.push(await connect(), await connect(), await connect());
    const [onConversation, onNode, looking] = clients as [pg.Client, pg.Client, pg.Client];
    const reader = await aUser(hasty);
    const chat = await aChat(hasty, reader);
    const epoch = async () =>
      (await looking.query<{ epoch: string }>('SELECT max(epoch)::text AS epoch FROM node')).rows[0]?.epoch;
    const waiting = async (statement: string) =>
      (
        await looking.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1`, [
          statement,
        ])
      ).rows.length > 0;
    await onConversation.query('BEGIN');
    await onConversation.query('SELECT FROM conversation WHERE id = $1 FOR UPDATE', [chat.id]);
    const asked = chat.ask('who are you?', { model: 'openai/fickle' });
    while (!(await waiting('%held AS%free AS%'))) await pause(10);
    const before = await epoch();
    // Does not meet the lock by which the waiting statement holds the lease, and keeps everybody from renewing it.
    await onNode.query('BEGIN');
    await onNode.query('SELECT FROM node FOR NO KEY UPDATE');
    const over = `SELECT bool_and(lease_until < clock_timestamp()) AS over FROM node`;
    while (!(await looking.query<{ over: boolean }>(over)).rows[0]?.over) await pause(20);
    await onNode.query('COMMIT');
    while ((await epoch()) === before) await pause(10);
    await onConversation.query('COMMIT');
    const { generation } = await asked;
    const screen = new Screen();
    while (!screen.end)
      for await (const event of follow(hasty, reader.token, generation.id, screen.lastEventId)) screen.see(event);
    expect([screen.discarded, screen.end.status]).toEqual([[], 'completed']);
    expect(screen.text).toBe(LONG('Emil'));
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await hasty.close();
  }
}, 60_000);

it('begins an answer although the lease was taken a moment ago, without a word to who asked', async () => {
  const chat = await aChat(api, person);
  await database.query(`UPDATE node SET epoch = epoch + 1, lease_until = '-infinity'`);
  said = ['All is well.'];
  const { generation } = await chat.ask('How are you?', { model: 'openai/fickle' });
  const { text, end } = await readToEnd(api, person.token, generation.id);
  expect([end?.status, text]).toEqual(['completed', 'All is well.']);
});

it('runs an answer that the database began although the connection was lost', async () => {
  said = Array.from({ length: 6 }, () => LONG('Gina'));
  const { url, drop } = await cloneDatabase();
  const { hostname, port } = new URL(url);
  const way = await TcpProxy.open({ host: hostname, port: Number(port) });
  const through = new URL(url);
  through.port = String(way.port);
  through.search = '';
  const cut = await ApiProcess.on({ ...settings, DATABASE_URL: through.href, LEASE_SECONDS: '30' });
  const direct = new pg.Client({ connectionString: url });
  const looking = new pg.Client({ connectionString: url });
  try {
    await cut.start();
    await Promise.all([direct.connect(), looking.connect()]);
    const reader = await aUser(cut);
    const chat = await aChat(cut, reader);
    await direct.query('BEGIN');
    await direct.query('SELECT FROM conversation WHERE id = $1 FOR UPDATE', [chat.id]);
    const body = { clientMessageId: crypto.randomUUID(), content: 'who are you?', model: 'openai/fickle' };
    const ask = () =>
      cut.api<{ generation: { id: string } }>('POST', `/api/v1/conversations/${chat.id}/messages`, {
        token: reader.token,
        body,
      });
    const asked = ask();
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%held AS%free AS%'`;
    while ((await looking.query(waiting)).rows.length === 0) await pause(10);
    way.cut();
    expect((await asked).status).toBeGreaterThanOrEqual(500);
    await direct.query('COMMIT');
    while ((await looking.query('SELECT 1 FROM generation')).rows.length === 0) await pause(10);
    const again = await ask();
    expect(again.status).toBe(202);
    const screen = new Screen();
    while (!screen.end)
      for await (const event of follow(cut, reader.token, again.body.generation.id, screen.lastEventId))
        screen.see(event);
    expect([screen.end.status, screen.text]).toEqual(['completed', LONG('Gina')]);
  } finally {
    await Promise.all([direct.end(), looking.end()]);
    await cut.close();
    await way.close();
    await drop();
  }
}, 30_000);
