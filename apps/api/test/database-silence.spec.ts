import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { TcpProxy } from '../../../tools/faults/tcp-proxy.ts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser, type Person } from './harness/people.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, follow, Screen } from './support/chat.ts';

/** Machines that vanish: nobody resets their connections, and the kernel would wait for a quarter of an hour. */
const LEASE_SECONDS = 4;
const ANSWER_SECONDS = 6;
let primary: TcpProxy;
let standby: TcpProxy;
let api: ApiProcess;
let mock: MockModel;
let ann: Person;
let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  mock = await startMockModel();
  const database = await cloneDatabase();
  ({ drop, url: databaseUrl } = database);
  const { hostname: host, port } = new URL(database.url);
  const place = { host, port: Number(port) };
  // The standby is the primary by another way: it is asked, found to be no standby, and passed over.
  [primary, standby] = [await TcpProxy.open(place), await TcpProxy.open(place)];
  const through = ({ port }: TcpProxy): string => {
    const url = new URL(database.url);
    url.port = String(port);
    url.search = '';
    return url.href;
  };
  api = await ApiProcess.on({
    DATABASE_URL: through(primary),
    DATABASE_REPLICA_URL: through(standby),
    DATABASE_ANSWER_SECONDS: String(ANSWER_SECONDS),
    LEASE_SECONDS: String(LEASE_SECONDS),
    DRAIN_SECONDS: '1',
    OPENAI_API_KEY: 'any',
    OPENAI_BASE_URL: `${mock.url}/v1`,
    ALLOW_PRIVATE_PROVIDERS: 'yes',
  });
  await api.start();
  ann = await aUser(api);
}, 30_000);
afterAll(async () => {
  await api.close();
  await Promise.all([primary.close(), standby.close(), mock.close()]);
  await drop();
});

const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const began = performance.now();
  const result = await work;
  return [result, performance.now() - began];
};
const list = async () => (await api.api('GET', '/api/v1/conversations', { token: ann.token })).status;
const write = () => api.api('POST', '/api/v1/conversations', { token: ann.token, body: {} });
const ofMany = <T>(one: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 10 }, one));

it('asks the primary when the standby says nothing, and leaves it alone for a while', async () => {
  await ofMany(list);
  expect(standby.connections).toBeGreaterThan(1);
  standby.stall();
  try {
    const [statuses, milliseconds] = await timed(ofMany(list));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(milliseconds).toBeLessThan(2_000);
    expect((await timed(list()))[1]).toBeLessThan(700);
  } finally {
    standby.heal();
  }
}, 20_000);

it('writes again soon after the primary vanished and another took its address', async () => {
  await ofMany(write);
  const before = primary.connections;
  expect(before).toBeGreaterThan(2);
  primary.abandon();
  const vanished = performance.now();
  const since = (): number => performance.now() - vanished;
  const [first] = await timed(write());
  expect(first).toMatchObject({ status: 503, body: { code: 'database.unavailable', retry: true } });
  expect(since()).toBeLessThan((ANSWER_SECONDS + 1.5) * 1_000);
  // Whoever comes now finds none of the other connections that lead nowhere.
  const again = await ofMany(write);
  expect(again.map(({ status }) => status)).toEqual(Array(10).fill(201));
  const hasLease = async () => (await api.api<string>('GET', '/metrics')).body.includes('check="node_lease"} 1');
  while (!(await hasLease())) await pause(20);
  expect(since()).toBeLessThan((ANSWER_SECONDS + LEASE_SECONDS) * 1_000);
}, 30_000);

it('keeps its lease when one connection after another says nothing', async () => {
  const said = api.log.length;
  primary.abandon();
  await pause(LEASE_SECONDS * 1_000);
  expect(api.log.slice(said)).not.toContain('node lease lost');
}, 30_000);

it('goes on with an answer long before a request would be given up', async () => {
  const { ask } = await aChat(api, ann);
  const { generation } = await ask('[[tokens:400]] [[delay:20]] go', { model: 'openai/mock-large' });
  const screen = new Screen();
  let last = Number.POSITIVE_INFINITY;
  let longest = 0;
  for await (const event of follow(api, ann.token, generation.id)) {
    screen.see(event);
    if (event.type === 'heartbeat') continue;
    longest = Math.max(longest, performance.now() - last);
    if (last === Number.POSITIVE_INFINITY && screen.text.length > 60) primary.abandon();
    if (screen.text.length > 60) last = performance.now();
  }
  expect(screen.end?.status).toBe('completed');
  expect(screen.discarded).toEqual([]);
  expect(longest).toBeGreaterThan(1_000);
  expect(longest).toBeLessThan((LEASE_SECONDS / 2 + 1.5) * 1_000);
}, 60_000);

it('has the server drop what nobody waits for any more, so that it neither piles up there nor happens later', async () => {
  const [locking, looking] = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)];
  await Promise.all([locking.connect(), looking.connect()]);
  const many = async () => (await looking.query('SELECT count(*) AS many FROM conversation')).rows[0].many;
  const before = await many();
  await locking.query('BEGIN; LOCK TABLE conversation IN SHARE MODE');
  expect(await write()).toMatchObject({ status: 503, body: { code: 'database.unavailable' } });
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  const answered = performance.now();
  while ((await looking.query(waiting)).rowCount !== 0) await pause(10);
  expect(performance.now() - answered).toBeLessThan(1_000);
  await locking.query('COMMIT');
  expect(await many()).toBe(before);
  expect((await write()).status).toBe(201);
  await Promise.all([locking.end(), looking.end()]);
}, 20_000);

it('ends when it is told to, with a primary that says nothing', async () => {
  primary.stall();
  await pause(1_500);
  const [, milliseconds] = await timed(api.stop());
  expect(milliseconds).toBeLessThan(15_000);
}, 40_000);
