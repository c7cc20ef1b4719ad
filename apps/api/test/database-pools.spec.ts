import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { startMockModel } from '../../../tools/mock-model/server.ts';
import { WatchedPool } from '../src/database/watched-pool.ts';
import { aUser } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat } from './support/chat.ts';

const metricsOf = async (app: Pick<TestApp, 'url'>): Promise<string> => (await fetch(`${app.url}/metrics`)).text();

it('holds no connection while a model is thinking', async () => {
  const model = await startMockModel();
  const app = await startTestApp({ DATABASE_POOL_MAX: '2', OPENAI_API_KEY: 'x', OPENAI_BASE_URL: `${model.url}/v1` });
  try {
    const chats = await Promise.all(Array.from({ length: 8 }, () => aChat(app)));
    // Eight answers that never begin, with two connections: one held would be seen, and three would stop everything.
    await Promise.all(chats.map((chat) => chat.ask('Say nothing. [[stall]]', { model: 'openai/mock-large' })));
    while (model.requests.filter(({ path }) => path.endsWith('/chat/completions')).length < 8)
      await new Promise((turn) => setImmediate(turn));
    expect((await app.api('GET', '/api/v1/conversations', { token: chats[0]?.who.token })).status).toBe(200);
    const client = new pg.Client(app.databaseUrl);
    await client.connect();
    const { rows } = await client.query(
      `SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    await client.end();
    expect(rows).toEqual([]);
    expect(await metricsOf(app)).toMatch(/chatbox_db_pool_connections\{pool="primary",state="waiting"\} 0/);
  } finally {
    await app.close();
    await model.close();
  }
});

it('tells how long one waits for a connection', async () => {
  const app = await startTestApp({ DATABASE_POOL_MAX: '2' });
  try {
    await aUser(app);
    const text = await metricsOf(app);
    expect(text).toMatch(/chatbox_db_pool_connections\{pool="primary",state="total"\} [12]/);
    expect(text).toMatch(/chatbox_db_pool_wait_seconds_count\{pool="primary"\} \d\d/);
    expect(text).toMatch(/chatbox_db_reads_total/);
  } finally {
    await app.close();
  }
});

it('answers database.unavailable to who waits too long for a connection', async () => {
  const app = await startTestApp({ DATABASE_POOL_MAX: '2', DATABASE_CONNECT_SECONDS: '0.3' });
  try {
    const ann = await aUser(app);
    const client = new pg.Client(app.databaseUrl);
    await client.connect();
    await client.query('BEGIN; LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE');
    const list = () => app.api('GET', '/api/v1/conversations', { token: ann.token });
    const alerts = async () =>
      /chatbox_db_pool_saturated_total\{pool="primary"\} (\d+)/.exec(await metricsOf(app))?.[1];
    expect(await alerts()).toBeUndefined();
    const waiting = Array.from({ length: 8 }, list);
    const first = await Promise.race(waiting);
    expect([first.status, first.body]).toEqual([
      503,
      expect.objectContaining({ code: 'database.unavailable', retry: true }),
    ]);
    await client.end();
    await Promise.all(waiting);
    expect((await list()).status).toBe(200);
    // Eight asked, two were served, six waited: one alert.
    expect(await alerts()).toBe('1');
  } finally {
    await app.close();
  }
});

it('says where a connection was taken that is not given back', async () => {
  const pool = new pg.Pool({ connectionString: process.env.CHATBOX_TEST_POSTGRES_URL });
  try {
    const waited: number[] = [];
    const watched = new WatchedPool('primary', pool, {
      waited: (seconds) => waited.push(seconds),
      saturated: () => {},
    });
    const borrowAndForget = () => pool.connect();
    const client = await borrowAndForget();
    expect(watched.overdue(0)).toEqual([
      { seconds: expect.any(Number), place: expect.stringContaining('borrowAndForget') },
    ]);
    expect(watched.overdue(0)).toEqual([]);
    client.release();
    await pool.query('SELECT 1');
    expect(watched.overdue(0)).toEqual([]);
    expect(waited).toHaveLength(2);
  } finally {
    await pool.end();
  }
});

describe('as a process of its own', () => {
  it('logs slow statements without what people wrote', async () => {
    const api = await ApiProcess.on({ DATABASE_SLOW_MILLISECONDS: '20' });
    try {
      await api.start();
      const { body } = await api.api<{ accessToken: string }>('POST', '/api/v1/auth/register', {
        body: { email: 'private@example.org', password: 'a long and quiet river' },
      });
      const [client, onlooker] = [new pg.Client(api.databaseUrl), new pg.Client(api.databaseUrl)];
      await Promise.all([client.connect(), onlooker.connect()]);
      await client.query('BEGIN; LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE');
      const made = api.api('POST', '/api/v1/conversations', {
        token: body.accessToken,
        body: { title: 'a very private title' },
      });
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '30 ms'
        AND datname = current_database()`;
      while ((await onlooker.query(waiting)).rowCount === 0);
      await Promise.all([client.end(), onlooker.end()]);
      expect((await made).status).toBe(201);
      // What a process says comes through a pipe, a moment later.
      while (!api.log.includes('INSERT INTO conversation')) await nextTurn();
      expect(api.log).toContain('a database statement was slow');
      expect(api.log).not.toMatch(/private/);
    } finally {
      await api.close();
    }
  });

  it('warns at its start when the replicas together may want more than the database has', async () => {
    const api = await ApiProcess.on({ DATABASE_POOL_MAX: '10' });
    const replicas = async (count: number) => {
      const client = new pg.Client(api.databaseUrl);
      await client.connect();
      await client.query(
        `INSERT INTO node (id, epoch, lease_until, version)
         SELECT 'replica ' || n, 1, clock_timestamp() + interval '1 hour', '1' FROM generate_series(1, $1::int) AS n ON CONFLICT DO NOTHING`,
        [count],
      );
      await client.end();
    };
    try {
      await replicas(1);
      await api.start();
      await api.stop();
      expect(api.log).not.toContain('lower DATABASE_POOL_MAX');
      await replicas(200);
      await api.start();
      expect(api.log).toContain('lower DATABASE_POOL_MAX or raise max_connections');
    } finally {
      await api.close();
    }
  });

  it('refuses to start with a pool that the database cannot serve', async () => {
    const api = await ApiProcess.on({ DATABASE_POOL_MAX: '200' });
    try {
      await expect(api.start()).rejects.toThrow(/DATABASE_POOL_MAX: the database accepts \d+ connections/);
    } finally {
      await api.close();
    }
  });
});
