import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { aUser } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, follow, readToEnd } from './support/chat.ts';

const TOKEN = 'a token that only the scraper of this test knows';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ METRICS_TOKEN: TOKEN, HOST: '0.0.0.0' });
}, 30_000);
afterAll(() => app.close());

const text = async (): Promise<string> => (await app.api<string>('GET', '/metrics', { token: TOKEN })).body;
const valueIn = (body: string, series: string): number | undefined => {
  const line = body.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
};
const value = async (series: string): Promise<number | undefined> => valueIn(await text(), series);
const until = async (series: string, wanted: number): Promise<void> => {
  while ((await value(series)) !== wanted);
};

it('shows a zero before the first event, without which a rise to one would be no rise', async () => {
  const body = await text();
  for (const series of [
    ...['completed', 'stopped', 'failed', 'interrupted', 'lost'].map((one) => `generations_total{status="${one}"}`),
    ...['continued', 'restarted', 'interrupted'].map((one) => `generation_takeovers_total{outcome="${one}"}`),
    ...['recovered', 'reset'].map((one) => `resumes_total{outcome="${one}"}`),
    ...['primary', 'read'].flatMap((one) => [
      `db_pool_saturated_total{pool="${one}"}`,
      `db_pool_leaks_total{pool="${one}"}`,
    ]),
    ...['ok', 'bad_credentials', 'limited'].map((one) => `logins_total{outcome="${one}"}`),
    ...['ws', 'sse'].map((one) => `slow_readers_total{door="${one}"}`),
    ...['question', 'answer'].map((one) => `messages_total{type="${one}"}`),
    ...['limits', 'csrf', 'auth'].map((one) => `refusals_total{reason="${one}"}`),
    ...['sent', 'failed', 'dropped'].map((one) => `telemetry_deliveries_total{signal="traces",outcome="${one}"}`),
    'db_reads_total{by="primary_instead"}',
    'streams_lost_total',
    'hints_lost_total',
  ])
    expect([series, valueIn(body, `chatbox_${series}`)]).toEqual([series, 0]);
});

it('counts what happens to a conversation at every stage that it passes', async () => {
  const { ask, who } = await aChat(app);
  const { generation } = await ask('Tell me a story.');
  const screen = await readToEnd(app, who.token, generation.id);
  await until('chatbox_event_stream_connections', 0);
  // Again, twice with a place that is known, and with one that nobody gave.
  for (const place of [screen.lastEventId, screen.lastEventId, '7:1'])
    for await (const event of follow(app, who.token, generation.id, place)) if (event.type === 'end') break;
  await until('chatbox_generations_running', 0);
  const body = await text();
  const figure = (series: string): number | undefined => valueIn(body, series);
  expect(
    figure(
      'chatbox_http_request_duration_seconds_count{method="POST",route="/api/v1/conversations/:id/messages",status="202"}',
    ),
  ).toBe(1);
  for (const type of ['question', 'answer'])
    expect([
      figure(`chatbox_messages_total{type="${type}"}`),
      figure(`chatbox_message_duration_seconds_count{type="${type}"}`),
    ]).toEqual([1, 1]);
  expect(figure('chatbox_generations_total{status="completed"}')).toBe(1);
  const labels = 'provider="offline",model="assistant"';
  expect(figure(`chatbox_time_to_first_token_seconds_count{${labels}}`)).toBe(1);
  expect(figure('chatbox_token_gap_seconds_count{provider="offline"}')).toBeGreaterThan(1);
  expect(figure(`chatbox_tokens_total{${labels},direction="output"}`)).toBeGreaterThan(1);
  expect(figure(`chatbox_cost_micros_total{${labels}}`)).toBe(0);
  const flushes = figure('chatbox_journal_flush_seconds_count');
  expect(flushes).toBeGreaterThan(1);
  expect(figure('chatbox_journal_flush_frames_count')).toBe(flushes);
  expect(figure('chatbox_journal_flush_frames_sum')).toBeGreaterThanOrEqual(flushes ?? Number.NaN);
  expect(figure('chatbox_resumes_total{outcome="recovered"}')).toBe(2);
  expect(figure('chatbox_resumes_total{outcome="reset"}')).toBe(1);
  expect(figure('chatbox_streams_lost_total')).toBe(0);
  expect(figure('chatbox_active_users')).toBe(1);
});

it('counts sockets, their frames and their errors', async () => {
  const { token } = await aUser(app);
  const socket = new WebSocket(`${app.url.replace('http', 'ws').replace('0.0.0.0', '127.0.0.1')}/ws`);
  const answers: { ok: boolean; error?: { code: string } }[] = [];
  const answered = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data));
    if ('re' in frame && answers.push(frame) === 3) answered.resolve();
  };
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  const before = await text();
  const errors = 'chatbox_errors_total{code="auth.required"}';
  socket.send(JSON.stringify({ id: '1', type: 'stop', generationId: '019b0000-0000-7000-8000-000000000000' }));
  socket.send(JSON.stringify({ id: '2', type: 'hello', token }));
  socket.send(JSON.stringify({ id: '3', type: 'ping' }));
  await answered.promise;
  const body = await text();
  const more = (series: string): number => (valueIn(body, series) ?? 0) - (valueIn(before, series) ?? 0);
  expect(valueIn(body, 'chatbox_websocket_connections')).toBe(1);
  expect(more('chatbox_websocket_frames_total{direction="in"}')).toBe(3);
  expect(more('chatbox_websocket_frames_total{direction="out"}')).toBe(3);
  expect([more(errors), more('chatbox_refusals_total{reason="auth"}')]).toEqual([1, 1]);
  expect(valueIn(body, 'chatbox_active_users')).toBe(2);
  socket.close();
  await until('chatbox_websocket_connections', 0);
});

it('counts sign-ins by what came of them, and refusals by their reason', async () => {
  const { email, password } = await aUser(app);
  const before = await text();
  const login = (body: object, headers = {}) => app.api('POST', '/api/v1/auth/login', { body, headers });
  await login({ email, password });
  await login({ email, password: 'something quite different' });
  await login({ email, password }, { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' });
  const body = await text();
  const more = (series: string): number => (valueIn(body, series) ?? 0) - (valueIn(before, series) ?? 0);
  expect(['ok', 'bad_credentials'].map((outcome) => more(`chatbox_logins_total{outcome="${outcome}"}`))).toEqual([
    1, 1,
  ]);
  expect(['csrf', 'auth'].map((reason) => more(`chatbox_refusals_total{reason="${reason}"}`))).toEqual([1, 1]);
});

it('tells how this process is', async () => {
  const body = await text();
  for (const check of ['database', 'migrations', 'disk', 'engine', 'node_lease'])
    expect([check, valueIn(body, `chatbox_health_check{check="${check}"}`)]).toEqual([check, 1]);
  expect(body).toMatch(/^chatbox_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
  expect(body).toMatch(/^chatbox_node_info\{node="[^"]+"\} 1$/m);
  expect(valueIn(body, 'chatbox_draining')).toBe(0);
  const free = valueIn(body, 'chatbox_disk_free_ratio') ?? Number.NaN;
  expect(free > 0 && free < 1).toBe(true);
  expect(valueIn(body, 'chatbox_event_loop_delay_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
  expect(valueIn(body, 'process_start_time_seconds')).toBeGreaterThan(0);
});

it('gives every metric of its own a unit or a kind that its name tells, a meaning, and no id in a label', async () => {
  const body = await text();
  const types = [...body.matchAll(/^# TYPE (chatbox_\w+) (\w+)$/gm)];
  expect(types.length).toBeGreaterThan(35);
  for (const [, name = '', type] of types) {
    if (type === 'counter') expect(name).toMatch(/_total$/);
    if (type === 'histogram') expect(name).toMatch(/_(seconds|frames)$/);
    expect(body).toMatch(new RegExp(`^# HELP ${name} .{10,}`, 'm'));
  }
  expect(body).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  expect(body).not.toContain('@example.org');
});

it('is compressed for who asks, and is OpenMetrics for who prefers that, one after the other', async () => {
  const ask = async (headers: Record<string, string>) => {
    const { stdout } = await promisify(execFile)(
      'curl',
      [
        '-s',
        ...Object.entries({ ...headers, authorization: `Bearer ${TOKEN}` }).flatMap(([name, is]) => [
          '-H',
          `${name}: ${is}`,
        ]),
        `${app.url}/metrics`,
      ],
      { encoding: 'buffer', maxBuffer: 1e7 },
    );
    return stdout;
  };
  const [plain, zipped, refused] = await Promise.all([
    ask({}),
    ask({ 'accept-encoding': 'br, gzip' }),
    ask({ 'accept-encoding': 'gzip;q=0' }),
  ]);
  expect(gunzipSync(zipped).toString()).toContain('# TYPE chatbox_messages_total counter');
  expect(zipped.length * 4).toBeLessThan(plain.length);
  expect(refused.toString()).toMatch(/^# HELP/);
  const open = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' };
  const [modern, classic] = await Promise.all([ask(open), ask({ accept: 'text/plain' })]);
  expect(modern.toString()).toMatch(/# TYPE chatbox_messages counter\nchatbox_messages_total\{type="question"\} \d/);
  expect(modern.toString().endsWith('\n# EOF\n')).toBe(true);
  expect(classic.toString()).toMatch(/# TYPE chatbox_messages_total counter\nchatbox_messages_total\{/);
});

describe('from outside', () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4')?.address;
  const ask = async (host: string, headers: Record<string, string> = {}, to = app): Promise<number> => {
    const address = new URL('/metrics', to.url);
    address.hostname = host;
    return (await fetch(address, { headers })).status;
  };

  it('opens with the token alone where there is one, also on this machine', async () => {
    expect(await ask('127.0.0.1')).toBe(404);
    expect(await ask('127.0.0.1', { authorization: `Bearer ${TOKEN}x` })).toBe(404);
    expect(await ask('127.0.0.1', { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9' })).toBe(200);
  });

  it('opens on this machine, to who is here themselves, where there is no token', async () => {
    const open = await startTestApp();
    expect(await ask('127.0.0.1', {}, open)).toBe(200);
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
      expect(await ask('127.0.0.1', { [header]: '127.0.0.1' }, open)).toBe(404);
    expect(await ask('127.0.0.1', { authorization: 'Bearer any' }, open)).toBe(404);
    await open.close();
  });

  (outside ? it : it.skip)('is nothing to a neighbour without it', async () => {
    expect(await ask(outside ?? '')).toBe(404);
    expect(await ask(outside ?? '', { authorization: `Bearer ${TOKEN}` })).toBe(200);
  });
});
