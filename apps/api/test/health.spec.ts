import type { CreatedKey, Health } from '@chatbox/contracts';
import { TcpProxy } from '../../../tools/faults/tcp-proxy.ts';
import { RedisServer } from '../../../tools/test/redis.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { clustered } from './support/cluster.ts';

const PARTS = ['database', 'disk', 'engine', 'migrations', 'node_lease'];

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let link: TcpProxy;
let redis: RedisServer;
let app: TestApp;
let owner: Person;
let member: Person;
let place: { host: string; port: number };
beforeAll(async () => {
  [database, redis] = await Promise.all([cloneDatabase(), RedisServer.start()]);
  const url = new URL(database.url);
  place = { host: '127.0.0.1', port: Number(url.port) };
  link = await TcpProxy.open(place);
  // Not by the socket in its folder, which nothing can be put in between.
  url.search = '';
  url.host = `127.0.0.1:${link.port}`;
  app = await startTestApp({
    ...clustered(redis),
    DATABASE_URL: url.href,
    DATABASE_POOL_MAX: '16',
    DATABASE_CONNECT_SECONDS: '0.5',
  });
  owner = await aUser(app);
  member = await aUser(app);
});
afterAll(async () => {
  await app.close();
  await Promise.all([link.close(), redis.close()]);
  await database.drop();
});

const look = async (what: 'live' | 'ready' | 'startup', token?: string) => {
  const { status, body } = await app.api<Health>('GET', `/health/${what}`, token === undefined ? {} : { token });
  return { status, body };
};
const until = async (said: Health['status']): Promise<void> => {
  while ((await look('ready')).body.status !== said);
};
const gauge = async (check: string): Promise<number> => {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return Number(new RegExp(`^chatbox_health_check\\{check="${check}"\\} (\\d)$`, 'm').exec(text)?.[1]);
};

it('lives without its database, is not ready, and has started once it was there for the first time', async () => {
  link.point(null);
  await until('error');
  expect([await look('ready'), await look('startup'), await look('live')]).toEqual([
    { status: 503, body: { status: 'error' } },
    { status: 503, body: { status: 'starting' } },
    { status: 200, body: { status: 'ok' } },
  ]);
  // Another check may have been the first to say so.
  while ((await gauge('database')) !== 0);

  link.point(place);
  await until('ok');
  expect([await look('startup'), await gauge('database')]).toEqual([{ status: 200, body: { status: 'ok' } }, 1]);

  link.point(null);
  await until('error');
  expect((await look('startup')).status).toBe(200);
  link.point(place);
  await until('ok');
});

it('is degraded, not dead, without Redis', async () => {
  await redis.kill();
  await until('degraded');
  const { status, body } = await look('ready', owner.token);
  expect([status, body.details?.engine]).toMatchObject([
    200,
    { status: 'degraded', message: 'hints of other replicas do not arrive' },
  ]);
  expect(await gauge('engine')).toBe(0);
  await redis.again();
  await until('ok');
  expect(await gauge('engine')).toBe(1);
});

it('tells its parts to administrators, and to everybody else only whether to come', async () => {
  const parts = async (token?: string) => Object.keys((await look('ready', token)).body.details ?? {}).sort();
  const keyWith = async (scopes: string[]) =>
    (await app.api<CreatedKey>('POST', '/api/v1/keys', { token: owner.token, body: { name: 'x', scopes } })).body.key;
  expect([await parts(owner.token), await parts(await keyWith(['admin:read']))]).toEqual([PARTS, PARTS]);
  for (const token of [undefined, member.token, await keyWith(['chat:read']), 'nonsense', `${owner.token}x`])
    expect(await parts(token)).toEqual([]);
});

it('looks once, however many ask', async () => {
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 100 }, () => look('ready', owner.token)));
  const looks = new Set(answers.map(({ body }) => body.details?.database?.checkedAt));
  expect(looks.size).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 1000));
  expect(looks.has(undefined)).toBe(false);
});

it('asks a database that hangs once, and knows at once when it is back', async () => {
  const connections = async (state: string) => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return Number(
      new RegExp(`^chatbox_db_pool_connections\\{pool="primary",state="${state}"\\} (\\d+)$`, 'm').exec(text)?.[1],
    );
  };
  await until('ok');
  // As many as there can be, so that none has to be made while nothing passes.
  while ((await connections('total')) < 16)
    await Promise.all(
      Array.from({ length: 30 }, () => app.api('GET', '/api/v1/conversations', { token: owner.token })),
    );
  link.stall();
  await until('error');
  const began = performance.now();
  const inUse = async () => (await connections('total')) - (await connections('idle'));
  const before = await inUse();
  while (performance.now() - began < 9_000) expect((await look('ready')).status).toBe(503);
  // Another one or two are asked by what this process does besides.
  expect((await inUse()) - before).toBeLessThan(6);
  link.heal();
  await until('ok');
}, 30_000);
