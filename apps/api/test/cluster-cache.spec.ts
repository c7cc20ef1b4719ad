import { setTimeout as pause } from 'node:timers/promises';
import type { CacheStatistics, Connection, ModelList } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import { aChat } from './support/chat.ts';
import { Cluster } from './support/cluster.ts';
import { dashboardOf, metricSum, widgetOf } from './support/figures.ts';

/** What two replicas remember of what was changed on one of them: with Redis, and without. */
const KEY = 'sk-canary-0123456789-abcdefghij-WXYZ';
let cluster: Cluster;
let mock: MockModel;
let owner: Person;
beforeAll(async () => {
  mock = await startMockModel({ key: KEY });
  cluster = await Cluster.start(2, { ALLOW_PRIVATE_PROVIDERS: 'yes', METRICS_HISTORY_SECONDS: '1' });
  owner = await aUser(cluster.replica(0));
}, 60_000);
afterAll(async () => {
  await cluster.close();
  await mock.close();
});

const onFirst = <T>(method: string, path: string, body?: object) =>
  cluster.replica(0).api<T>(method, `/api/v1${path}`, { token: owner.token, body });
const onSecond = <T>(path: string, { token }: Pick<Person, 'token'> = owner, method = 'GET', body?: object) =>
  cluster.replica(1).api<T>(method, `/api/v1${path}`, { token, body });

describe.each([['with Redis'], ['without Redis']])('%s', (how) => {
  beforeAll(async () => {
    if (how === 'without Redis') await cluster.redis.kill();
  });
  afterAll(async () => {
    if (how !== 'without Redis') return;
    await cluster.redis.again();
    for (const replica of cluster.replicas) {
      const isBack = async () => {
        const { body } = await replica.api<CacheStatistics>('GET', '/api/v1/admin/cache', { token: owner.token });
        return body.shared?.status === 'up';
      };
      while (!(await isBack()));
    }
  });

  const changes: [string, (person: Person) => Promise<{ status: number }>, number][] = [
    ['a demotion', ({ user }) => onFirst('PATCH', `/admin/people/${user.id}`, { role: 'viewer' }), 403],
    ['a suspension', ({ user }) => onFirst('POST', `/admin/people/${user.id}/suspend`), 401],
    ['the end of all sessions', ({ user }) => onFirst('DELETE', `/admin/people/${user.id}/sessions`), 401],
  ];
  it.each(changes)(
    'counts %s on the other replica for whatever is asked a second later',
    async (_, change, refused) => {
      const person = await aUser(cluster.replica(0));
      const write = () => onSecond('/conversations', person, 'POST', { title: 'mine' });
      // Asked all the time, so that the answer is remembered when it changes.
      expect((await write()).status).toBe(201);
      const { status } = await change(person);
      const changed = performance.now();
      expect(status).toBeLessThan(300);
      for (;;) {
        const sent = performance.now();
        const answer = await write();
        if (answer.status === refused) break;
        expect([answer.status, sent - changed < 1_000]).toEqual([201, true]);
      }
    },
  );
});

it('forgets a connection on all replicas when it changes on one, and puts neither its key nor its address into Redis', async () => {
  const names = async () => (await onSecond<ModelList>('/models')).body.items.map(({ id }) => id);
  expect(await names()).toEqual(['offline/assistant']);
  for (const replica of cluster.replicas) {
    const live = async () => (await replica.api<string>('GET', '/metrics')).body.includes('chatbox_hints_live 1');
    while (!(await live()));
  }
  // What could not be forgotten while Redis was away is made up for within a quarter of a second, and would empty it now.
  await pause(600);
  const draft = { name: 'Mine', slug: 'mine', kind: 'openai', baseUrl: `${mock.url}/v1`, key: KEY };
  const { status, body } = await onFirst<Connection>('POST', '/admin/connections', draft);
  expect(status).toBe(201);
  const until = async (isSo: (ids: string[]) => boolean): Promise<number> => {
    const began = performance.now();
    while (!isSo(await names())) expect(performance.now() - began).toBeLessThan(4_000);
    return performance.now() - began;
  };
  expect(await until((ids) => ids.includes('mine/mock-large'))).toBeLessThan(2_500);
  const redis = cluster.redis;
  const places = (await redis.command('--scan')).split('\n');
  expect(places).toEqual(expect.arrayContaining([expect.stringMatching(/^chatbox:0:cache:model-lists\//)]));
  expect(places.filter((place) => place.includes(':connections'))).toEqual([]);
  for (const place of places.filter((one) => one.includes(':cache:')))
    expect(await redis.command('hvals', place)).not.toMatch(/canary|envelope|127\.0\.0\.1/);
  // Each replica needs the list, and one of them asks for it.
  await onFirst('GET', '/models');
  expect(mock.requests.filter(({ path }) => path.endsWith('/models'))).toHaveLength(1);
  await onFirst('PATCH', '/admin/settings', { defaultModel: 'mine/mock-large' });
  const standard = async () => (await onSecond<ModelList>('/models')).body.items.find(({ isDefault }) => isDefault)?.id;
  const began = performance.now();
  while ((await standard()) !== 'mine/mock-large') expect(performance.now() - began).toBeLessThan(1_000);
  const forgotten = () => metricSum(cluster.replica(1), 'chatbox_cache_forgotten_total');
  const before = await forgotten();
  await onFirst('PATCH', `/admin/connections/${body.id}`, { enabled: false });
  expect(await until((ids) => !ids.includes('mine/mock-large'))).toBeLessThan(1_000);
  expect(await forgotten()).toBeGreaterThan(before);
});

it.each([
  ['is full', ['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0'], 1_000],
  // Longer than a command is waited for; then it answers again, and the connection was never lost.
  ['says nothing for a while', ['client', 'pause', '3000'], ['ping'], 5_000],
])(
  'tells the other replica of a change although Redis %s, and nobody asks the first again',
  async (_, begin, end, most) => {
    const draft = {
      name: 'Other',
      slug: crypto.randomUUID().slice(0, 8),
      kind: 'openai',
      baseUrl: `${mock.url}/v1`,
      key: KEY,
    };
    const { body } = await onFirst<Connection>('POST', '/admin/connections', draft);
    const isThere = async () => {
      const { items } = (await onSecond<ModelList>('/models')).body;
      return items.some(({ id }) => id.startsWith(draft.slug));
    };
    while (!(await isThere()));
    await cluster.redis.command(...begin);
    try {
      expect((await onFirst('PATCH', `/admin/connections/${body.id}`, { enabled: false })).status).toBe(200);
      const began = performance.now();
      while (await isThere()) expect(performance.now() - began).toBeLessThan(most);
    } finally {
      await cluster.redis.command(...end);
    }
  },
);

it('says how it goes, to administrators and to Prometheus', async () => {
  for (let i = 0; i < 5; i += 1) await onSecond('/models');
  const { status, body } = await onSecond<CacheStatistics>('/admin/cache');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    memory: { entries: expect.any(Number), maxEntries: 10_000, maxBytes: 32 * 1024 * 1024 },
    shared: { status: 'up', clients: expect.any(Number) },
  });
  expect(body.memory.hits).toBeGreaterThan(5);
  let text = '';
  // What went before may have it forget everything once more.
  while (!/chatbox_cache_entries [1-9]/.test(text)) {
    await onSecond('/models');
    ({ body: text } = await cluster.replica(1).api<string>('GET', '/metrics'));
  }
  expect(text).toMatch(/chatbox_cache_requests_total\{what="connections",answer="memory"\} [1-9]/);
  expect(text).toMatch(/chatbox_cache_bytes [1-9]/);
  for (const name of ['clients', 'memory_bytes', 'keys'])
    expect(text).toMatch(new RegExp(`^chatbox_redis_${name} \\d`, 'm'));
});

it('shows the figures of all replicas together', async () => {
  for (const [index, { token }] of [owner, await aUser(cluster.replica(1))].entries()) {
    const chat = await aChat(cluster.replica(index), { ...owner, token });
    await chat.ask('hello');
  }
  const sum = async () =>
    (await metricSum(cluster.replica(0), 'chatbox_messages_total')) +
    (await metricSum(cluster.replica(1), 'chatbox_messages_total'));
  const look = () => dashboardOf(cluster.replica(0), owner.token);
  for (;;) {
    const [before, data] = [await sum(), await look()];
    expect(widgetOf(data, 'replicas').current).toBe(2);
    if (widgetOf(data, 'messages').current === before && before >= 4) break;
  }
  expect(widgetOf(await look(), 'pool_waiting').current).toBe(0);
});
