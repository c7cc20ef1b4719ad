import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { TcpProxy } from '../../../tools/faults/tcp-proxy.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser } from './harness/people.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, readToEnd } from './support/chat.ts';

/** What a database does to an answer when the connection to it is lost at the worst moment. */
let way: TcpProxy;
let api: ApiProcess;
let direct: pg.Client;
let table: pg.Client;
let looking: pg.Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  const through = new URL(database.url);
  way = await TcpProxy.open({ host: through.hostname, port: Number(through.port) });
  through.port = String(way.port);
  through.search = '';
  api = await ApiProcess.on({ DATABASE_URL: through.href, LEASE_SECONDS: '30' });
  const client = () => new pg.Client({ connectionString: database.url });
  [direct, table, looking] = [client(), client(), client()];
  await Promise.all([api.start(), direct.connect(), table.connect(), looking.connect()]);
}, 30_000);
afterAll(async () => {
  await Promise.all([direct.end(), table.end(), looking.end()]);
  await api.close();
  await way.close();
  await drop();
});

const untilSomebodyWaits = async (query: string): Promise<void> => {
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() AND query ~ $1`;
  while ((await looking.query(waiting, [query])).rowCount === 0) await pause(10);
};

it('asks again what a model is to be told, when the database went away before it had said so', async () => {
  const person = await aUser(api);
  const chat = await aChat(api, person);
  // Whoever locks the table comes after the question and before what is read for its answer.
  await direct.query('BEGIN');
  await direct.query('SELECT FROM conversation WHERE id = $1 FOR UPDATE', [chat.id]);
  const asked = chat.ask('count to 3');
  await untilSomebodyWaits('held AS.*free AS');
  await table.query('BEGIN');
  const locked = table.query('LOCK TABLE message IN ACCESS EXCLUSIVE MODE');
  await untilSomebodyWaits('^LOCK TABLE message');
  await direct.query('COMMIT');
  const { generation } = await asked;
  await locked;
  await untilSomebodyWaits('WITH RECURSIVE branch');
  way.cut();
  await untilSomebodyWaits('WITH RECURSIVE branch');
  await table.query('COMMIT');
  const { end, text } = await readToEnd(api, person.token, generation.id);
  expect([end?.status, text.length > 0]).toEqual(['completed', true]);
}, 30_000);

it.each([
  ['a later attempt', 2],
  ['a first one that has had time to begin', 1],
])(
  "goes on with what is its own and in nobody's hands: %s",
  async (_, attempt) => {
    const person = await aUser(api);
    const { ask } = await aChat(api, person);
    const { generation } = await ask('count to 3');
    const { text } = await readToEnd(api, person.token, generation.id);
    // As a write leaves it that was refused by a lease which was renewed after all.
    await direct.query(
      `UPDATE generation SET status = 'running', finished_at = NULL, attempt = $2, place = 1, started_at = started_at - interval '6 seconds' WHERE id = $1`,
      [generation.id, attempt],
    );
    const screen = await readToEnd(api, person.token, generation.id);
    expect([screen.end?.status, screen.text, screen.attempt > attempt]).toEqual(['completed', text, true]);
  },
  30_000,
);

it('goes on with an answer that it took over although the word of that was lost', async () => {
  const person = await aUser(api);
  const { ask } = await aChat(api, person);
  const { generation } = await ask('count to 3');
  const { text } = await readToEnd(api, person.token, generation.id);
  await direct.query(`CREATE FUNCTION be_late() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$`);
  await direct.query(`CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON generation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.attempt = 3 AND OLD.attempt = 2) EXECUTE FUNCTION be_late()`);
  await direct.query('SELECT pg_advisory_lock(1)');
  await direct.query(
    `INSERT INTO node (id, epoch, lease_until, version) VALUES ('silent', 1, clock_timestamp() - interval '1 second', '1')`,
  );
  await direct.query(
    `UPDATE generation SET status = 'running', finished_at = NULL, attempt = 2, epoch = 1, node_id = 'silent', place = 1 WHERE id = $1`,
    [generation.id],
  );
  await untilSomebodyWaits('^COMMIT');
  way.cut();
  await pause(500);
  await direct.query('SELECT pg_advisory_unlock(1)');
  const screen = await readToEnd(api, person.token, generation.id);
  expect([screen.end?.status, screen.text, screen.attempt > 2]).toEqual(['completed', text, true]);
}, 30_000);

/** An answer that has ended, as it would stand there if its owner had died over it with so much journaled. */
async function anOrphan(frames: (generationId: string) => string[], on = api) {
  const person = await aUser(on);
  const chat = await aChat(on, person);
  const { generation } = await chat.ask('count to 3', { model: 'offline/assistant' });
  await readToEnd(on, person.token, generation.id);
  return { person, id: generation.id, frames: frames(generation.id) };
}

/** All of one node that says nothing any more, the first one first. */
async function orphaned(owner: string, orphans: { id: string; frames: string[] }[], database = direct): Promise<void> {
  await database.query('BEGIN');
  await database.query(
    `INSERT INTO node (id, epoch, lease_until, version) VALUES ($1, 1, clock_timestamp() - interval '1 second', '1')`,
    [owner],
  );
  for (const [index, { id, frames }] of orphans.entries()) {
    await database.query(
      `UPDATE generation SET status = 'running', finished_at = NULL, attempt = 2, epoch = 1, node_id = $2, place = 1,
         started_at = '2020-01-01'::timestamptz + make_interval(secs => $3) WHERE id = $1`,
      [id, owner, index],
    );
    await database.query(
      `UPDATE message SET text = '', parts = '[]', position = 0 WHERE id = (SELECT message_id FROM generation WHERE id = $1)`,
      [id],
    );
    for (const row of frames)
      await database.query(
        `INSERT INTO journal (slot, node_id, epoch, frames)
         VALUES ((extract(epoch FROM clock_timestamp())::bigint / 60) % 4, $1, 1, $2)`,
        [owner, row],
      );
  }
  await database.query('COMMIT');
}

const journaled = (id: string, text: string, position: number) =>
  JSON.stringify({ v: 1, f: [[id, 2, position, 0, 'text', text]] });

it('takes over every answer of a dead node, also where the journal of one has a hole or cannot be read', async () => {
  const holed = await anOrphan((id) => [journaled(id, 'one', 3), journaled(id, 'three', 15)]);
  const unreadable = await anOrphan(() => [JSON.stringify({ v: 99, f: 'of another release' })]);
  const unstorable = await anOrphan((id) => [journaled(id, 'a \u0000', 3)]);
  const healthy = await anOrphan(() => []);
  await orphaned('careless', [holed, unreadable, unstorable, healthy]);
  for (const [{ person, id }, text] of [
    [holed, /^one, two, three\.$/],
    [unreadable, /^one, two, three\.$/],
    [unstorable, /^a \ufffd/],
    [healthy, /^one, two, three\.$/],
  ] as const) {
    const screen = await readToEnd(api, person.token, id);
    expect([screen.end?.status, screen.attempt > 2]).toEqual(['completed', true]);
    expect(screen.text).toMatch(text);
  }
});

it('ends as interrupted what cannot be taken over, and takes over the rest', async () => {
  const cursed = await anOrphan((id) => [journaled(id, 'cursed', 6)]);
  const healthy = await anOrphan(() => []);
  await direct.query(`ALTER TABLE message ADD CONSTRAINT picky CHECK (text <> 'cursed') NOT VALID`);
  await orphaned('unlucky', [cursed, healthy]);
  const screen = await readToEnd(api, cursed.person.token, cursed.id);
  expect(screen.end).toMatchObject({ status: 'interrupted', error: { code: 'generation.lost_owner', retry: true } });
  expect((await readToEnd(api, healthy.person.token, healthy.id)).end?.status).toBe('completed');
  await direct.query('ALTER TABLE message DROP CONSTRAINT picky');
});

it.each([
  ['less than the budget', 999_998, 'completed'],
  ['the budget', 999_999, 'interrupted'],
])(
  'goes on with an answer for as long as all its attempts have cost less than the budget: %s',
  async (_, micros, status) => {
    const orphan = await anOrphan(() => []);
    // Two calls, of which the second cost the last millionth; the one that dies with its owner costs nothing.
    await direct.query('UPDATE ledger SET cost_micros = $2 WHERE generation_id = $1', [orphan.id, micros]);
    await direct.query(
      `INSERT INTO ledger SELECT row.* FROM ledger l, jsonb_populate_record(l,
       jsonb_build_object('id', gen_random_uuid(), 'attempt', 9, 'cost_micros', 1)) AS row WHERE l.generation_id = $1`,
      [orphan.id],
    );
    await orphaned(`spent ${micros}`, [orphan]);
    const { end } = await readToEnd(api, orphan.person.token, orphan.id);
    expect(end?.status).toBe(status);
    if (status === 'interrupted')
      expect(end?.error).toEqual({
        code: 'generation.lost_owner',
        detail: expect.stringContaining('has cost $1.00 already'),
        retry: true,
      });
  },
);

it('takes over at once also beside an answer whose model server cannot be asked for its models', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const other = await ApiProcess.on({ OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
  const client = new pg.Client({ connectionString: other.databaseUrl });
  try {
    await Promise.all([other.start(), client.connect()]);
    const waiting = await anOrphan(() => [], other);
    const healthy = await anOrphan(() => [], other);
    await client.query(`UPDATE generation SET model = 'openai/any' WHERE id = $1`, [waiting.id]);
    await orphaned('gone', [waiting, healthy], client);
    const since = performance.now();
    expect((await readToEnd(other, healthy.person.token, healthy.id)).end?.status).toBe('completed');
    expect(performance.now() - since).toBeLessThan(3_500);
  } finally {
    await client.end();
    await other.close();
    silent.closeAllConnections();
    silent.close();
  }
});
