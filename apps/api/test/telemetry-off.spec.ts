import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { metricSum } from './support/figures.ts';
import { Receiver } from './support/receiver.ts';

/** What decides about a trace is its id: the first is dropped wherever not all are kept, the second is kept wherever any is. */
const DROPPED = 'ffffffff000000000000000000000000';
const KEPT = '0000000a0000000a0000000000000000';
const traceparent = (traceId: string, flags: '00' | '01') => ({
  traceparent: `00-${traceId}-b7ad6b7169203331-${flags}`,
});

let receiver: Receiver;
beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(() => receiver.close());
beforeEach(() => receiver.received.splice(0));

/** A question and its answer, and requests whose caller says whether their trace is to be kept. */
const use = async (app: Pick<TestApp, 'api' | 'url'>): Promise<void> => {
  const { ask, who } = await aChat(app);
  await readToEnd(app, who.token, (await ask('hello')).generation.id);
  for (const headers of [traceparent(DROPPED, '01'), traceparent(KEPT, '00')])
    await app.api('GET', '/api/v1/auth/me', { token: who.token, headers });
};
/** An application that has stopped has sent what it had to send. */
const sentBy = async (settings: Record<string, string>): Promise<Receiver['received']> => {
  const app = await startTestApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...settings });
  try {
    await use(app);
  } finally {
    await app.close();
  }
  return receiver.received;
};

it('keeps no trace where none is wanted, whatever a caller says', async () => {
  expect(await sentBy({ TRACE_SAMPLE_RATIO: '0' })).toEqual([]);
});

it('lets a caller name a trace, but not decide that it is kept', async () => {
  await sentBy({ TRACE_SAMPLE_RATIO: '0.000001' });
  const spans = receiver.spans.filter(({ name }) => name === 'GET /api/v1/auth/me');
  expect(spans.map(({ traceId }) => traceId)).toEqual([KEPT]);
});

it('sends nothing to anybody where nobody was named', async () => {
  const app = await startTestApp();
  try {
    await use(app);
    await sql(app, 'ALTER TABLE account RENAME TO account_elsewhere');
    const body = { email: 'a@example.org', password: 'something' };
    expect((await app.api('POST', '/api/v1/auth/login', { body })).status).toBe(500);
    expect(await metricSum(app, 'chatbox_errors_total', ({ code }) => code === 'internal')).toBe(1);
    expect(await metricSum(app, 'chatbox_telemetry_deliveries_total')).toBe(0);
  } finally {
    await app.close();
  }
});

it('has no figures for anybody where nobody is to watch', async () => {
  const app = await startTestApp({ MONITORING_SERVICE: 'none', METRICS_TOKEN: 'a token of the scraper' });
  try {
    await use(app);
    const asks: Record<string, string>[] = [{}, { authorization: 'Bearer a token of the scraper' }];
    for (const headers of asks) expect((await app.api('GET', '/metrics', { headers })).status).toBe(404);
  } finally {
    await app.close();
  }
});

it('has no line of a request in a log that is for warnings', async () => {
  const api = await ApiProcess.on({ LOG_LEVEL: 'warn' });
  try {
    await api.start();
    await use(api);
    await sql(api, 'ALTER TABLE account RENAME TO account_elsewhere');
    const body = { email: 'a@example.org', password: 'something' };
    expect((await api.api('POST', '/api/v1/auth/login', { body })).status).toBe(500);
    await api.stop();
    expect(api.log).toContain('"msg":"request failed"');
    expect(api.log).not.toContain('"msg":"request"');
  } finally {
    await api.close();
  }
});
