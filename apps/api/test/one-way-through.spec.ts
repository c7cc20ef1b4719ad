import type { Problem } from '@chatbox/contracts';
import { aUser } from './harness/people.ts';
import { sql } from './harness/sql.ts';
import { ApiProcess } from './support/api-process.ts';
import { type ReceivedSpan, Receiver } from './support/receiver.ts';

/** One id through answer, log, figures, trace and error: what somebody has in hand who complains is enough to find everything else. */
const DIES_AT_SIGUSR2 = `process.once('SIGUSR2', () => { throw new Error('a mistake that nobody foresaw'); });`;

let receiver: Receiver;
let api: ApiProcess;
let token: string;
beforeAll(async () => {
  receiver = await Receiver.start();
  api = await ApiProcess.on({
    LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    TRACE_SAMPLE_RATIO: '1',
    SENTRY_DSN: receiver.dsn,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(DIES_AT_SIGUSR2)}`,
  });
  await api.start();
  token = (await aUser(api)).token;
}, 30_000);
afterAll(async () => {
  await api.close();
  await receiver.close();
});

interface Line {
  level: string;
  msg: string;
  requestId?: string;
  [field: string]: unknown;
}
const linesOf = async (requestId: string, count: number): Promise<Line[]> => {
  for (;;) {
    const whole = api.log.split('\n').slice(0, -1);
    const lines = whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line);
    const mine = lines.filter((line) => line.requestId === requestId);
    if (mine.length >= count) return mine;
    await new Promise((turn) => setImmediate(turn));
  }
};
const spanOf = (requestId: string): Promise<ReceivedSpan> =>
  receiver.until(() => receiver.spans.find(({ attributes }) => attributes['chatbox.request_id'] === requestId));
const figure = async (series: string): Promise<number> => {
  const { body } = await api.api<string>('GET', '/metrics');
  const line = body.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? 0);
};
const requests = (route: string, status: number) =>
  `chatbox_http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"}`;
const ask = (path: string, requestId: string) =>
  api.api<Problem>('GET', path, { token, headers: { 'x-request-id': requestId } });

it('shows a request in its answer, one log line, one figure and one trace', async () => {
  const series = requests('/api/v1/conversations', 200);
  const before = await figure(series);
  const { headers } = await ask('/api/v1/conversations?limit=3', 'a-good-one');
  expect(headers.get('x-request-id')).toBe('a-good-one');
  expect(await linesOf('a-good-one', 1)).toEqual([
    expect.objectContaining({
      level: 'info',
      msg: 'request',
      method: 'GET',
      route: '/api/v1/conversations',
      status: 200,
      milliseconds: expect.any(Number),
      address: '127.0.0.1',
      traceId: (await spanOf('a-good-one')).traceId,
    }),
  ]);
  expect(await figure(series)).toBe(before + 1);
});

it('shows a refusal in its problem details too, and counts it by its code', async () => {
  const before = await figure('chatbox_errors_total{code="conversation.not_found"}');
  const path = '/api/v1/conversations/019b0000-0000-7000-8000-000000000000';
  const { status, headers, body } = await ask(path, 'a-refused-one');
  expect([status, headers.get('x-request-id'), body.requestId, body.code]).toEqual([
    404,
    'a-refused-one',
    'a-refused-one',
    'conversation.not_found',
  ]);
  expect(await linesOf('a-refused-one', 1)).toEqual([
    expect.objectContaining({ msg: 'request', route: '/api/v1/conversations/:id', status: 404 }),
  ]);
  expect(await figure('chatbox_errors_total{code="conversation.not_found"}')).toBe(before + 1);
  expect((await spanOf('a-refused-one')).attributes).toMatchObject({
    'http.response.status_code': 404,
    'error.type': 'conversation.not_found',
  });
  expect(receiver.events).toEqual([]);
});

it('shows what nobody foresaw with its cause in the log, and with nothing of it in the answer', async () => {
  await sql(api, 'ALTER TABLE conversation RENAME TO conversation_elsewhere');
  try {
    const { status, body } = await ask('/api/v1/conversations', 'a-broken-one');
    expect([status, body.code, body.requestId]).toEqual([500, 'internal', 'a-broken-one']);
    expect(JSON.stringify(body)).not.toMatch(/relation|SELECT/);
    const [failed, line] = await linesOf('a-broken-one', 2);
    expect(failed).toMatchObject({
      level: 'error',
      msg: 'request failed',
      code: 'internal',
      err: { message: expect.stringContaining('relation "conversation" does not exist'), stack: expect.any(String) },
    });
    expect(line).toMatchObject({ msg: 'request', status: 500 });
    expect(await figure('chatbox_errors_total{code="internal"}')).toBe(1);
    expect(await figure(requests('/api/v1/conversations', 500))).toBe(1);
    const { traceId, status: outcome } = await spanOf('a-broken-one');
    expect([outcome, failed?.traceId, line?.traceId]).toEqual([2, traceId, traceId]);
    const event = await receiver.until(() => receiver.events.at(0));
    expect(event).toMatchObject({ tags: { requestId: 'a-broken-one', code: 'internal', traceId } });
  } finally {
    await sql(api, 'ALTER TABLE conversation_elsewhere RENAME TO conversation');
  }
});

it('tells what it dies of, before it does', async () => {
  api.tell('SIGUSR2');
  const death = await receiver.until(() => receiver.events.find(({ message }) => /nobody caught this/.test(message)));
  expect(death).toMatchObject({ exception: { values: [{ type: 'Error', value: 'a mistake that nobody foresaw' }] } });
  while (!/"level":"error".*nobody caught this/.test(api.log)) await new Promise((turn) => setImmediate(turn));
});
