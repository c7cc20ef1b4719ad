import { get } from 'node:http';
import pg from 'pg';
import { sql } from './harness/sql.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, follow } from './support/chat.ts';
import { metricSum } from './support/figures.ts';
import { RawSocket } from './support/raw-socket.ts';
import { Receiver } from './support/receiver.ts';

let receiver: Receiver;
let api: ApiProcess;
beforeAll(async () => {
  receiver = await Receiver.start();
  api = await ApiProcess.on({
    LOG_LEVEL: 'info',
    DATABASE_CONNECT_SECONDS: '10',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    TRACE_SAMPLE_RATIO: '1',
  });
  await api.start();
}, 30_000);
afterAll(async () => {
  await api.close();
  await receiver.close();
});

/** What the log has of a request, as soon as it has it. */
const lineOf = async (requestId: string): Promise<Record<string, unknown>> => {
  for (;;) {
    const line = api.log.split('\n').find((one) => one.includes(`"requestId":"${requestId}"`));
    if (line) return JSON.parse(line);
    await api.api('GET', '/health/live');
  }
};
const counted = (route: string, status: number): Promise<number> =>
  metricSum(
    api,
    'chatbox_http_request_duration_seconds_count',
    (labels) => labels.route === route && labels.status === String(status),
  );
const LEFT = 499;

/** Nobody gets at the table until `end`. */
const locked = async (table: string) => {
  const client = new pg.Client(api.databaseUrl);
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  const name = new URL(api.databaseUrl).pathname.slice(1);
  const query = 'SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = $1';
  return {
    query: (text: string) => client.query(text),
    end: () => client.end(),
    /** Resolves with the process of whoever waits for it. */
    waiting: async (): Promise<number> => {
      for (;;) {
        const [first] = (await client.query(query, [name])).rows;
        if (first) return first.pid;
      }
    },
  };
};

describe('a frame of a socket', () => {
  let socket: RawSocket;
  let chat: Awaited<ReturnType<typeof aChat>>;
  beforeAll(async () => {
    chat = await aChat(api);
    socket = await RawSocket.open(api.url, { 'x-request-id': 'a-socket' });
    await socket.ask({ type: 'hello', token: chat.who.token });
  });
  afterAll(() => socket.raw.terminate());
  const subscribe = () => socket.ask({ type: 'subscribe', conversationId: chat.id, places: [] });

  it('is found by its id: in the answer, in the log and in its trace', async () => {
    await sql(api, 'ALTER TABLE conversation RENAME TO conversation_elsewhere');
    const answer = await subscribe();
    await sql(api, 'ALTER TABLE conversation_elsewhere RENAME TO conversation');
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal', requestId: 'a-socket.2' } });
    expect(await lineOf('a-socket.2')).toMatchObject({ level: 'error', code: 'internal', err: { code: '42P01' } });
    const span = await receiver.until(() => receiver.spans.find(({ name }) => name === 'ws subscribe'));
    expect(span.attributes['chatbox.request_id']).toBe('a-socket.2');
  });

  it('says in the log that its database was away', async () => {
    const holder = await locked('conversation');
    const answer = subscribe();
    await holder.query(`SELECT pg_terminate_backend(${await holder.waiting()})`);
    await holder.end();
    expect(await answer).toMatchObject({ error: { code: 'database.unavailable', requestId: 'a-socket.3' } });
    expect(await lineOf('a-socket.3')).toMatchObject({ level: 'error', code: 'database.unavailable' });
  });

  it('has an id also where nobody understands it, and nothing in the log', async () => {
    expect(await socket.ask({ type: 'nonsense' })).toMatchObject({
      error: { code: 'request.invalid', requestId: 'a-socket.4' },
    });
    expect(api.log).not.toContain('a-socket.4');
  });
});

describe('a client that leaves before the end of its answer', () => {
  /** Everything that is told of it: the line, the figure, the step. */
  const told = async (requestId: string, route: string): Promise<void> => {
    const line = await lineOf(requestId);
    expect(line).toMatchObject({ msg: 'request', route, status: LEFT, traceId: expect.stringMatching(/^\w{32}$/) });
    expect(await counted(route, LEFT)).toBe(1);
    const span = await receiver.until(() => receiver.spans.find(({ name }) => name === `GET ${route}`));
    expect(span).toMatchObject({ traceId: line.traceId, status: 0 });
    expect(span.attributes).toMatchObject({ 'http.response.status_code': LEFT, 'chatbox.request_id': requestId });
  };

  it('is told of as one that read all, when it leaves a stream', async () => {
    const { ask, who } = await aChat(api);
    const { generation } = await ask('Tell me a story.');
    const route = '/api/v1/generations/:id/events';
    const leave = new AbortController();
    const stream = await fetch(`${api.url}/api/v1/generations/${generation.id}/events`, {
      headers: { authorization: `Bearer ${who.token}`, 'x-request-id': 'left-a-stream' },
      signal: leave.signal,
    });
    await stream.body?.getReader().read();
    leave.abort();
    await told('left-a-stream', route);
    for await (const event of follow(api, who.token, generation.id)) if (event.type === 'end') break;
    while ((await counted(route, 200)) !== 1);
    expect(await counted(route, LEFT)).toBe(1);
  });

  it('is told of, when it does not wait for an answer that takes long', async () => {
    const { who, id } = await aChat(api);
    const route = '/api/v1/conversations/:id';
    const holder = await locked('conversation');
    const read = get(`${api.url}/api/v1/conversations/${id}`, {
      headers: { authorization: `Bearer ${who.token}`, 'x-request-id': 'left-a-read' },
    });
    read.on('error', () => undefined);
    await holder.waiting();
    read.destroy();
    await told('left-a-read', route);
    await holder.end();
    expect((await api.api('GET', `/api/v1/conversations/${id}`, { token: who.token })).status).toBe(200);
    while ((await counted(route, 200)) !== 1);
    expect(await counted(route, LEFT)).toBe(1);
  });
});
