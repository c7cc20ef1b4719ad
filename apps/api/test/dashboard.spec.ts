import { Dashboard, type Dashboard as DashboardData, type DashboardRange, WIDGET_IDS } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { PrometheusServer } from '../../../tools/test/prometheus.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { dashboardOf, metricSum, metricValues, widgetOf } from './support/figures.ts';
import { RawSocket } from './support/raw-socket.ts';

const QUESTIONS = 3;
/** One of them is answered by a provider, one is refused by it. What answers on the same machine costs nothing. */
const ALL_QUESTIONS = QUESTIONS + 2;
const MODEL = 'gpt-5.4';
const isProbe = (route: string | undefined) => /^(\/metrics|\/health\/.*)$/.test(route ?? '');

const askQuestions = async (app: TestApp, who: Person, count: number, ask = 'hello', model = 'offline/assistant') => {
  const chat = await aChat(app, who);
  for (let i = 0; i < count; i += 1) {
    const { generation } = await chat.ask(ask, { model });
    await readToEnd(app, who.token, generation.id);
  }
};
/** The same again until it is so: whoever watches looks once a second. */
const until = async <T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> => {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (isSo(answer) || Date.now() > deadline) return answer;
  }
};

/** The application whose figures are looked at, and the page that shows them. */
let watched: TestApp;
let owner: Person;
let prometheus: PrometheusServer;
let reader: TestApp;
let readersOwner: Person;
let mock: MockModel;
let socket: RawSocket;
beforeAll(async () => {
  mock = await startMockModel({ tokens: 5, models: [MODEL] });
  watched = await startTestApp({ OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_API_KEY: 'a key for the mock' });
  prometheus = await PrometheusServer.start([watched.url]);
  reader = await startTestApp({ MONITORING_API: prometheus.url, MONITORING_API_LABELS: 'job="chatbox"' });
  [owner, readersOwner] = [await aUser(watched), await aUser(reader)];
  socket = await RawSocket.of(watched.url, owner.token);
  await askQuestions(watched, owner, QUESTIONS);
  await askQuestions(watched, owner, 1, 'hello', `openai/${MODEL}`);
  await askQuestions(watched, owner, 1, '[[error:401]]', `openai/${MODEL}`);
  await sql(watched, 'ALTER TABLE conversation RENAME TO conversation_elsewhere');
  await watched.api('GET', '/api/v1/conversations', { token: owner.token });
  await sql(watched, 'ALTER TABLE conversation_elsewhere RENAME TO conversation');
}, 60_000);
afterAll(async () => {
  socket.raw.terminate();
  await Promise.all([watched.close(), reader.close()]);
  await Promise.all([prometheus.stop(), mock.close()]);
});

/** Of which there is something to see here. */
const KNOWN = [
  ...([
    'replicas',
    'active_users',
    'error_rate',
    'pool_connections',
    'pool_waiting',
    'connections',
    'requests',
  ] as const),
  ...(['tokens_by_model', 'provider_errors', 'cache_hits', 'first_token', 'event_loop', 'response_time'] as const),
];

/** What every source has to keep: the page shows what /metrics says. */
describe.each([
  ['builtin', (range?: DashboardRange) => dashboardOf(watched, owner.token, range)],
  ['prometheus', (range?: DashboardRange) => dashboardOf(reader, readersOwner.token, range)],
] as const)('the dashboard by %s', (source, ask) => {
  let data: DashboardData;
  let messages: number;
  /** Before the dashboard was asked, and after. */
  let requests: [least: number, most: number];
  const requestsNow = () =>
    metricSum(watched, 'chatbox_http_request_duration_seconds_count', ({ route }) => !isProbe(route));
  beforeAll(async () => {
    messages = await until(
      () => metricSum(watched, 'chatbox_messages_total'),
      (sum) => sum === 2 * ALL_QUESTIONS,
    );
    const least = await requestsNow();
    // On a busy machine a Prometheus may miss a look, and then knows nothing for a second.
    data = await until(
      ask,
      (answer) =>
        Math.round(widgetOf(answer, 'messages').current ?? 0) === messages &&
        KNOWN.every((id) => widgetOf(answer, id).current !== null),
    );
    requests = [least, await requestsNow()];
  }, 30_000);

  it('has the shape of the contract, every widget, and one value of each series for each time', () => {
    expect(Dashboard.parse(data)).toEqual(data);
    expect([data.source, data.range]).toEqual([source, '15m']);
    expect(data.widgets.map(({ id }) => id)).toEqual(WIDGET_IDS);
    expect(data.widgets.filter(({ error }) => error !== null)).toEqual([]);
    expect(data.times).toHaveLength(60);
    for (const [index, time] of data.times.slice(1).entries()) expect(time - (data.times[index] ?? 0)).toBe(15);
    for (const { series } of data.widgets) for (const { values } of series) expect(values).toHaveLength(60);
  });

  it('counts what has happened', async () => {
    expect(messages).toBe(2 * ALL_QUESTIONS);
    expect(widgetOf(data, 'messages').current).toBeCloseTo(messages, 0);
    expect(widgetOf(data, 'tokens_by_model').current).toBeCloseTo(await metricSum(watched, 'chatbox_tokens_total'), 0);
    const cost = await metricSum(watched, 'chatbox_cost_micros_total');
    expect(widgetOf(data, 'cost_by_model').current).toBeCloseTo(cost, 0);
    const models = (await metricValues(watched, 'chatbox_tokens_total')).map(({ labels }) => labels.model);
    expect(new Set(widgetOf(data, 'tokens_by_model').series.map(({ name }) => name))).toEqual(new Set(models));
    expect(new Set(models).size).toBe(2);
    const errors = widgetOf(data, 'provider_errors');
    expect(errors.current).toBeCloseTo(await metricSum(watched, 'chatbox_provider_errors_total'), 0);
    expect(errors.series.map(({ name }) => name)).toEqual(['openai provider.bad_key']);
    expect(widgetOf(data, 'answers_lost')).toMatchObject({ current: 0, state: 'ok', since: null });
  });

  it('has the share of errors, and says that it is too large, and since when', async () => {
    const all = await metricSum(watched, 'chatbox_http_request_duration_seconds_count', ({ route }) => !isProbe(route));
    const { current, state, since, thresholds } = widgetOf(data, 'error_rate');
    expect(thresholds).toEqual({ warning: 0.05, critical: 0.1, when: 'above' });
    // Every look at the dashboard of this application is one more request without an error.
    expect(current).toBeGreaterThanOrEqual(1 / all);
    expect(current).toBeLessThan(2 / QUESTIONS);
    expect(state).toBe((current ?? 0) >= 0.1 ? 'critical' : (current ?? 0) >= 0.05 ? 'warning' : 'ok');
    if (state !== 'ok') expect(Date.parse(since ?? '')).toBeGreaterThan(Date.parse(data.from) - 1);
    expect(widgetOf(data, 'error_budget')).toMatchObject({ state: 'critical', currentSeconds: 7 * 24 * 3600 });
  });

  it('has the mean time of each endpoint, and not of streams', async () => {
    const name = 'chatbox_http_request_duration_seconds';
    const sends = ({ route }: Record<string, string>) => route === '/api/v1/conversations/:id/messages';
    const mean = (await metricSum(watched, `${name}_sum`, sends)) / (await metricSum(watched, `${name}_count`, sends));
    const { series } = widgetOf(data, 'response_time');
    const own = series.find((one) => one.name === 'POST /api/v1/conversations/:id/messages');
    expect(own?.current).toBeCloseTo(mean, 3);
    expect(series.map((one) => one.name).join()).not.toMatch(/events|metrics|health/);
  });

  it('has what is so at the moment, of all replicas', async () => {
    expect(widgetOf(data, 'replicas').current).toBe(1);
    expect(widgetOf(data, 'streams').current).toBe(0);
    expect(widgetOf(data, 'pool_waiting')).toMatchObject({ current: 0, state: 'ok', currentSeconds: 0 });
    const names = widgetOf(data, 'pool_connections').series.map((one) => one.name);
    expect(names).toEqual(['Open', 'Idle']);
    expect(widgetOf(data, 'pool_connections').current).toBeGreaterThan(0);
    const people = await metricSum(watched, 'chatbox_active_users');
    expect([people, widgetOf(data, 'active_users').current]).toEqual([1, people]);
    const sockets = await metricSum(watched, 'chatbox_websocket_connections');
    expect(widgetOf(data, 'connections').series.map(({ name, current }) => [name, current])).toEqual([
      ['WebSocket', sockets],
      ['Event streams', await metricSum(watched, 'chatbox_event_stream_connections')],
    ]);
    expect(sockets).toBe(1);
    const [p99, p50] = widgetOf(data, 'event_loop').series;
    expect([p99?.name, p50?.name, widgetOf(data, 'event_loop').current]).toEqual(['p99', 'p50', p99?.current]);
    expect(p99?.current).toBeGreaterThanOrEqual(p50?.current ?? Number.NaN);
  });

  it('has shares and quantiles of what was, and nothing of what was not', async () => {
    const asked = await metricValues(watched, 'chatbox_cache_requests_total');
    const sum = (values: typeof asked) => values.reduce((total, { value }) => total + value, 0);
    const hits = asked.filter(({ labels }) => labels.answer !== 'miss');
    // A Prometheus does not see the first events of a series that begins between two of its looks.
    expect(Math.abs((widgetOf(data, 'cache_hits').current ?? 0) - sum(hits) / sum(asked))).toBeLessThan(0.2);
    const answers = await metricSum(watched, 'chatbox_time_to_first_token_seconds_count');
    expect(answers).toBe(ALL_QUESTIONS - 1);
    const upTo = (await metricValues(watched, 'chatbox_time_to_first_token_seconds_bucket')).map(
      ({ labels, value }) => ({
        bound: Number(labels.le === '+Inf' ? Number.POSITIVE_INFINITY : labels.le),
        value,
      }),
    );
    const bounds = [...new Set(upTo.map(({ bound }) => bound))].sort((a, b) => a - b);
    const within = (bound: number) => upTo.reduce((all, one) => all + (one.bound === bound ? one.value : 0), 0);
    for (const [index, share] of [0.5, 0.95].entries()) {
      const bucket = bounds.findIndex((bound) => within(bound) >= share * answers);
      const { name, current } = widgetOf(data, 'first_token').series[index] ?? {};
      expect(name).toBe(`p${share * 100}`);
      expect(current).toBeGreaterThan(bounds[bucket - 1] ?? 0);
      expect(current).toBeLessThanOrEqual(bounds[bucket] ?? 0);
    }
    // Before there was anything to see.
    for (const { series } of data.widgets) for (const { values } of series) expect(values[0]).toBeNull();
  });

  it('has the requests of the last five minutes, by the second', () => {
    const { current, currentSeconds } = widgetOf(data, 'requests');
    expect(currentSeconds).toBe(300);
    // A Prometheus is as old as its last look.
    expect((current ?? 0) * 300).toBeGreaterThan(requests[0] * 0.7);
    expect((current ?? 0) * 300).toBeLessThan(requests[1] * 1.3);
  });

  it.each(['1h', '24h', '7d'] as const)('counts the same over %s', async (range) => {
    const longer = await ask(range);
    expect(Dashboard.parse(longer)).toEqual(longer);
    expect(longer.widgets.filter(({ error }) => error !== null)).toEqual([]);
    for (const id of ['messages', 'tokens_by_model', 'cost_by_model', 'provider_errors'] as const)
      expect([id, widgetOf(longer, id).current?.toFixed(0)]).toEqual([id, widgetOf(data, id).current?.toFixed(0)]);
    for (const { series } of longer.widgets)
      for (const { values } of series) expect(values).toHaveLength(longer.times.length);
  });
});

it('says on every widget why there is nothing, when the Prometheus is away', async () => {
  const app = await startTestApp({ MONITORING_API: 'http://127.0.0.1:9' });
  const { token } = await aUser(app);
  const { widgets } = await dashboardOf(app, token);
  expect(widgets.map(({ error }) => error)).toEqual(
    WIDGET_IDS.map(() => 'Prometheus at 127.0.0.1:9 cannot be reached.'),
  );
  await app.close();
});

it.each([
  ['nobody counts', () => ({ MONITORING_SERVICE: 'none' })],
  [
    'the Prometheus watches somebody else',
    () => ({ MONITORING_API: prometheus.url, MONITORING_API_LABELS: 'job="elsewhere"' }),
  ],
])('knows nothing, and calls nothing good, where %s', async (_, settings) => {
  const app = await startTestApp(settings());
  const { token } = await aUser(app);
  const { widgets } = await dashboardOf(app, token);
  expect(widgets.map(({ id, current, state, error }) => ({ id, current, state, error }))).toEqual(
    WIDGET_IDS.map((id) => ({ id, current: null, state: null, error: null })),
  );
  await app.close();
});

describe('the built-in history', () => {
  it('goes on where it was after a restart, and stays when it becomes coarse', async () => {
    const database = await cloneDatabase();
    const settings = { DATABASE_URL: database.url, JWT_SECRET: 'a secret that outlives the applications' };
    const first = await startTestApp(settings);
    const ann = await aUser(first);
    await askQuestions(first, ann, 2);
    await dashboardOf(first, ann.token);
    await askQuestions(first, ann, 1);
    // An answer is counted a moment after its reader has its end.
    const counted = (app: TestApp, messages: number) =>
      until(
        () => metricSum(app, 'chatbox_messages_total'),
        (sum) => sum === messages,
      );
    const before = await counted(first, 6);
    await first.close();

    const second = await startTestApp(settings);
    await askQuestions(second, ann, 1);
    const after = await counted(second, 2);
    const { current } = widgetOf(await dashboardOf(second, ann.token, '1h'), 'messages');
    expect(current).toBe(before + after);
    await second.close();

    const shift = (time: string) => sql(second, 'UPDATE metric_history SET at = at - $1::interval', [time]);
    const rows = async () =>
      Object.fromEntries(
        (
          await rowsOf(second, 'SELECT resolution, count(*)::int AS rows FROM metric_history GROUP BY 1 ORDER BY 1')
        ).map(({ resolution, rows }) => [String(resolution), rows]),
      );
    // Who samples every second makes coarse what is old, as everybody does once a minute.
    const often = { ...settings, METRICS_HISTORY_SECONDS: '1' };
    await shift('3 hours');
    const third = await startTestApp(often);
    while (!('3600' in (await rows())));
    const day = widgetOf(await dashboardOf(third, ann.token, '24h'), 'messages');
    expect(day.current).toBe(before + after);
    const drawn = day.series.flatMap(({ values }) => values).filter((value) => (value ?? 0) > 0);
    expect(drawn.length).toBeGreaterThan(0);
    const old = `SELECT 1 FROM metric_history WHERE resolution = 0 AND at < now() - interval '1 hour'`;
    expect(await rowsOf(third, old)).toEqual([]);
    expect(widgetOf(await dashboardOf(third, ann.token, '15m'), 'messages').current).toBe(0);
    await third.close();

    await shift('2 days');
    const fourth = await startTestApp(settings);
    expect(widgetOf(await dashboardOf(fourth, ann.token, '7d'), 'messages').current).toBe(before + after);
    await fourth.close();
    await shift('9 days');
    const fifth = await startTestApp(often);
    while ('3600' in (await rows()));
    expect(Object.keys(await rows())).toEqual(['0']);
    await fifth.close();
    await database.drop();
  }, 60_000);
});
