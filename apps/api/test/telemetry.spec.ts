import { RedisServer } from '../../../tools/test/redis.ts';
import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { clustered } from './support/cluster.ts';
import { type ReceivedSpan, Receiver } from './support/receiver.ts';

const CANARY = 'canary-of-what-somebody-wrote';

let receiver: Receiver;
let redis: RedisServer;
let app: TestApp;
beforeAll(async () => {
  [receiver, redis] = await Promise.all([Receiver.start(), RedisServer.start()]);
  app = await startTestApp({
    ...clustered(redis),
    MONITORING_SERVICE: receiver.url,
    MONITORING_PUSH_SECONDS: '0.2',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-receiver,x-team=chat',
    TRACE_SAMPLE_RATIO: '1',
    SENTRY_DSN: receiver.dsn,
    ERROR_TRACKING_SERVICE: `${receiver.url}/errors`,
  });
}, 30_000);
afterAll(async () => {
  await app.close();
  await Promise.all([receiver.close(), redis.close()]);
});

const text = async (headers = {}): Promise<string> => (await app.api<string>('GET', '/metrics', { headers })).body;
const deliveries = async (signal: string, outcome: string): Promise<number> => {
  const series = `chatbox_telemetry_deliveries_total{signal="${signal}",outcome="${outcome}"} `;
  const line = (await text()).split('\n').find((one) => one.startsWith(series));
  return Number(line?.slice(series.length) ?? 0);
};

describe('traces', () => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c';
  const PARENT = 'b7ad6b7169203331';
  const named = (spans: ReceivedSpan[], name: string | RegExp) =>
    spans.filter((span) => (typeof name === 'string' ? span.name === name : name.test(span.name)));

  it('go on with the caller’s, and show every step of a question and its answer under the one that caused it', async () => {
    const { id, who } = await aChat(app);
    const { body } = await app.api<{ generation: { id: string } }>('POST', `/api/v1/conversations/${id}/messages`, {
      token: who.token,
      headers: { traceparent: `00-${TRACE}-${PARENT}-00`, 'x-request-id': 'a-traced-one' },
      body: { clientMessageId: crypto.randomUUID(), content: CANARY },
    });
    await readToEnd(app, who.token, body.generation.id);
    const chat = await receiver.until(() => named(receiver.spans, 'chat assistant').at(0));
    await receiver.until(() => named(receiver.spans, 'journal flush').length > 0);
    const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE);
    const [door] = named(spans, 'POST /api/v1/conversations/:id/messages');
    expect(door).toMatchObject({
      kind: 2,
      parentSpanId: PARENT,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/conversations/:id/messages',
        'http.response.status_code': 202,
        'chatbox.request_id': 'a-traced-one',
      },
    });
    expect(chat).toMatchObject({ traceId: TRACE, parentSpanId: door?.spanId, kind: 3 });
    expect(chat.attributes).toMatchObject({
      'gen_ai.request.model': 'assistant',
      'chatbox.purpose': 'answer',
      'gen_ai.usage.output_tokens': expect.any(Number),
    });
    const [flush] = named(spans, 'journal flush');
    expect(flush?.parentSpanId).toBe(chat.spanId);
    const statements = spans.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql');
    expect(statements.filter(({ parentSpanId }) => parentSpanId === door?.spanId).length).toBeGreaterThan(2);
    const [written] = statements.filter(({ parentSpanId }) => parentSpanId === flush?.spanId);
    expect(written?.attributes['db.query.text']).toMatch(/journal/);
    const commands = spans.filter(({ attributes }) => attributes['db.system.name'] === 'redis');
    expect(commands.filter(({ parentSpanId }) => parentSpanId === door?.spanId).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['EVALSHA', 'PUBLISH']),
    );
    for (const { attributes } of statements) expect(attributes['db.query.text']).not.toMatch(/'[^']*canary/);
  });

  it('show the call that names a conversation too', async () => {
    const calls = () => named(receiver.spans, 'chat assistant').filter(({ traceId }) => traceId === TRACE);
    const naming = await receiver.until(() =>
      calls().find(({ attributes }) => attributes['chatbox.purpose'] === 'title'),
    );
    const [door] = named(receiver.spans, 'POST /api/v1/conversations/:id/messages');
    expect(naming).toMatchObject({ parentSpanId: door?.spanId, kind: 3 });
    expect(naming.attributes['gen_ai.usage.output_tokens']).toEqual(expect.any(Number));
    expect(JSON.stringify(naming)).not.toContain(CANARY);
  });

  it('begin at a frame of a socket too', async () => {
    const { who, id } = await aChat(app);
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`);
    socket.onopen = () => {
      socket.send(JSON.stringify({ id: '1', type: 'hello', token: who.token }));
      socket.send(JSON.stringify({ id: '2', type: 'subscribe', conversationId: id, places: [] }));
    };
    const frame = await receiver.until(() => named(receiver.spans, 'ws subscribe').at(0));
    expect(frame).toMatchObject({ kind: 2, attributes: { 'chatbox.frame.type': 'subscribe' } });
    const under = receiver.spans.filter(({ parentSpanId }) => parentSpanId === frame.spanId);
    expect(under.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^(SELECT|WITH)$/));
    socket.close();
  });

  it('hold nothing that anybody wrote, and are sent with the headers of the receiver alone', () => {
    const sent = receiver.at('/v1/traces');
    expect(sent.length).toBeGreaterThan(0);
    for (const { body, headers } of sent) {
      expect(body).not.toContain(CANARY);
      expect(body).not.toMatch(/@example\.org/);
      expect(headers).toMatchObject({ authorization: 'Bearer of-the-receiver', 'x-team': 'chat' });
    }
    expect(named(receiver.spans, /metrics|health/)).toEqual([]);
  });

  it('are named by the exemplars of figures', async () => {
    const open = await text({ accept: 'application/openmetrics-text' });
    const exemplar = /chatbox_http_request_duration_seconds_bucket\{.*messages.*\} \d+ # \{trace_id="(\w{32})"\} /.exec(
      open,
    );
    expect(exemplar?.[1]).toBe(TRACE);
    expect(await text()).not.toContain('trace_id');
  });
});

it('sends figures as they stand in /metrics', async () => {
  const { ask, who } = await aChat(app);
  const { generation } = await ask('hello');
  await readToEnd(app, who.token, generation.id);
  const questions = Number(/^chatbox_messages_total\{type="question"\} (\d+)$/m.exec(await text())?.[1]);
  const isQuestion = ({ attributes }: { attributes: object }) => 'type' in attributes && attributes.type === 'question';
  await receiver.until(() => receiver.points('chatbox_messages_total').find(isQuestion)?.value === questions);
  const times = receiver.points('chatbox_message_duration_seconds').find(isQuestion);
  expect(times?.value).toBe(questions);
  expect(times?.bucketCounts?.reduce((sum, count) => sum + count, 0)).toBe(questions);
  expect(times?.bucketCounts?.length).toBe((times?.explicitBounds?.length ?? 0) + 1);
  expect(receiver.points('process_start_time_seconds')).toHaveLength(1);
});

describe('errors', () => {
  /** A request that nobody foresaw: the driver’s error holds what was asked for. */
  const breakSomething = async (requestId: string) => {
    await sql(app, 'ALTER TABLE message RENAME TO message_elsewhere');
    try {
      const { who, id } = await chat;
      return await app.api('POST', `/api/v1/conversations/${id}/messages`, {
        token: who.token,
        headers: { 'x-request-id': requestId },
        body: { clientMessageId: crypto.randomUUID(), content: CANARY },
      });
    } finally {
      await sql(app, 'ALTER TABLE message_elsewhere RENAME TO message');
    }
  };
  let chat: ReturnType<typeof aChat>;
  beforeAll(() => {
    chat = aChat(app);
    return chat;
  });

  it('reach Sentry and an address of one’s own, by the id that the caller has in hand', async () => {
    expect((await breakSomething('a-broken-one')).status).toBe(500);
    const event = await receiver.until(() => receiver.events.at(0));
    expect(event).toMatchObject({
      level: 'error',
      message: 'request failed',
      platform: 'node',
      transaction: '/api/v1/conversations/:id/messages',
      tags: { requestId: 'a-broken-one', code: 'internal', traceId: expect.stringMatching(/^\w{32}$/) },
    });
    const [exception] = event.exception?.values ?? [];
    expect(exception?.value).toMatch(/relation "message" does not exist/);
    expect(exception?.stacktrace?.frames.length).toBeGreaterThan(3);
    const [plain] = await receiver.until(() => receiver.at('/errors').length > 0 && receiver.at('/errors'));
    expect(JSON.parse(plain?.body ?? '')).toMatchObject({
      level: 'error',
      message: 'request failed',
      requestId: 'a-broken-one',
      code: 'internal',
      error: { message: expect.stringContaining('does not exist'), stack: expect.any(String) },
    });
    for (const { body } of [...receiver.at('/errors'), ...receiver.at('/api/7/envelope/')])
      expect(body).not.toContain(CANARY);
  });

  it('reach what speaks the protocol of Sentry by its address alone, whose key is in no line when it is away', async () => {
    const sentry = await Receiver.start();
    const api = await ApiProcess.on({ ERROR_TRACKING_SERVICE: sentry.dsn });
    try {
      await api.start();
      await sql(api, 'ALTER TABLE account RENAME TO account_elsewhere');
      const fail = () => api.api('POST', '/api/v1/auth/login', { body: { email: 'a@example.org', password: 'b' } });
      expect((await fail()).status).toBe(500);
      const event = await sentry.until(() => sentry.events.at(0));
      expect(event).toMatchObject({ message: 'request failed', tags: { code: 'internal' } });
      await sentry.close();
      while (!api.log.includes('a receiver of telemetry does not take it')) await fail();
      expect(api.log).toMatch(/"reason":"[^"]*ECONNREFUSED"/);
      expect(api.log).not.toContain('publickey');
    } finally {
      await api.close();
    }
  });

  it('come in bounded numbers, of which the rest is counted', async () => {
    const before = await deliveries('errors', 'dropped');
    const seen = receiver.events.length;
    for (let times = 0; times < 15; times += 1) await breakSomething('a-storm');
    expect((await deliveries('errors', 'dropped')) - before).toBeGreaterThan(5);
    expect(receiver.events.length - seen).toBeLessThanOrEqual(10);
  });
});

describe.each(['failing', 'hanging'] as const)('a receiver that is %s', (mood) => {
  it('changes no request, and is counted', async () => {
    receiver.behave(mood);
    const before = await deliveries('metrics', 'failed');
    const { ask, who } = await aChat(app);
    const { generation } = await ask('hello');
    const screen = await readToEnd(app, who.token, generation.id);
    expect(screen.end?.status).toBe('completed');
    while ((await deliveries('metrics', 'failed')) < before + 2);
    const sent = await Promise.all([deliveries('metrics', 'sent'), deliveries('traces', 'sent')]);
    receiver.behave('well');
    while ((await deliveries('metrics', 'sent')) === sent[0]);
    while ((await deliveries('traces', 'sent')) === sent[1]);
  });
});
