import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
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
    expect(await alerts()).toBe('0');
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
      waits: () => () => {},
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

  it('warns when the replicas together, itself among them, may want more than the database has', async () => {
    const each = 7;
    const api = await ApiProcess.on({ DATABASE_POOL_MAX: String(each), DATABASE_REPORT_SECONDS: '0.2' });
    const client = new pg.Client(api.databaseUrl);
    await client.connect();
    const others = async (count: number) => {
      await client.query(`DELETE FROM node WHERE id LIKE 'other %'`);
      await client.query(
        `INSERT INTO node (id, epoch, lease_until, version)
         SELECT 'other ' || n, 1, clock_timestamp() + interval '1 hour', '1' FROM generate_series(1, $1::int) AS n`,
        [count],
      );
    };
    const warnings = (): number => api.log.split('lower DATABASE_POOL_MAX or raise max_connections').length - 1;
    try {
      const { rows } = await client.query(
        `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most`,
      );
      const fitting = Math.floor(rows[0].most / each);
      await others(fitting);
      await api.start();
      while (warnings() === 0) await pause(20);
      await api.stop();
      await others(fitting - 1);
      await api.start();
      await pause(1_000);
      expect(warnings()).toBe(1);
      // One more comes while it runs: it says so, once.
      await others(fitting);
      while (warnings() === 1) await pause(20);
      await pause(1_000);
      expect(warnings()).toBe(2);
    } finally {
      await client.end();
      await api.close();
    }
  });

  it('counts its connections every so often, and says it louder where somebody waits for one', async () => {
    const settings = { DATABASE_POOL_MAX: '2', DATABASE_REPORT_SECONDS: '0.2', DATABASE_LEAK_SECONDS: '1' };
    const api = await ApiProcess.on({ ...settings, LOG_LEVEL: 'debug' });
    const client = new pg.Client(api.databaseUrl);
    const reports = (level: string): Record<string, unknown>[] =>
      api.log
        .split('\n')
        .filter((line) => line.includes('"database connections"') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line.level === level);
    try {
      await Promise.all([api.start(), client.connect()]);
      const ann = await aUser(api);
      while (reports('debug').length < 3) await pause(20);
      expect(reports('debug')[0]).toMatchObject({ pool: 'primary', waiting: 0 });
      // On a busy machine two connections may be few at times.
      const tight = reports('info').length;
      await client.query('BEGIN; LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE');
      const list = () => api.api('GET', '/api/v1/conversations', { token: ann.token });
      const waiting = [list(), list(), list()];
      while (reports('info').length === tight) await pause(20);
      expect(reports('info').at(-1)).toMatchObject({ pool: 'primary', total: 2, idle: 0 });
      // Held for longer than a second, and by whom.
      while (!api.log.includes('a database connection is not given back')) await pause(20);
      const leak = api.log.split('\n').find((line) => line.includes('a database connection is not given back')) ?? '';
      expect(JSON.parse(leak)).toMatchObject({ level: 'error', pool: 'primary' });
      expect((JSON.parse(leak) as { place: string }).place).toMatch(
        /^at Reads\d*\.query .*< at ConversationStore\d*\.list /,
      );
      await client.end();
      await Promise.all(waiting);
      const leaks = /chatbox_db_pool_leaks_total\{pool="primary"\} (\d+)/.exec(await metricsOf(api))?.[1];
      expect(Number(leaks)).toBe(api.log.split('a database connection is not given back').length - 1);
    } finally {
      await client.end().catch(() => undefined);
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
