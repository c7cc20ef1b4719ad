import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Alert, Page, Problem } from '@chatbox/contracts';
import pg from 'pg';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { cloneDatabase } from './harness/databases.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { Cluster } from './support/cluster.ts';
import { startCutLine } from './support/cut-line.ts';
import { MailServer } from './support/mail.ts';
import { type ReceivedSpan, Receiver } from './support/receiver.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from './support/webhook-receiver.ts';

const EVERY_SECONDS = 0.25;
const KEY = 'sk-canary-of-the-provider-0123456789';

/** Two replicas in one night: whatever breaks has to be seen in the figures, in the alerts, in the log and in a trace. */
let cluster: Cluster;
let mock: MockModel;
let mail: MailServer;
let webhook: WebhookReceiver;
let traces: Receiver;
let owner: Person;
let member: Person;
beforeAll(async () => {
  [mock, mail, webhook, traces] = await Promise.all([
    startMockModel(),
    MailServer.open(),
    WebhookReceiver.open(),
    Receiver.start(),
  ]);
  cluster = await Cluster.start(2, {
    LEASE_SECONDS: '3',
    LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    TRACE_SAMPLE_RATIO: '1',
    ALERT_EVERY_SECONDS: String(EVERY_SECONDS),
    ALERT_WEBHOOK_URL: webhook.url,
    ALERT_WEBHOOK_SECRET: WEBHOOK_SECRET,
    SMTP_URL: mail.url,
    MAIL_FROM: 'chat@example.org',
    PUBLIC_URL: 'https://chat.example.org',
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: `${mock.url}/v1`,
  });
  owner = await aUser(cluster.replica(0));
  member = await aUser(cluster.replica(0));
}, 60_000);
afterAll(async () => {
  await cluster.close();
  await Promise.all([mock.close(), mail.close(), webhook.close(), traces.close()]);
});

const list = async (state: 'open' | 'resolved', from = cluster.replica(0)): Promise<Alert[]> =>
  (await from.api<Page<Alert>>('GET', `/api/v1/admin/alerts?state=${state}`, { token: owner.token })).body.items;
const find = async (kind: Alert['kind'], state: 'open' | 'resolved', from?: ApiProcess): Promise<Alert | undefined> =>
  (await list(state, from)).find((alert) => alert.kind === kind);
const found = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (const deadline = performance.now() + 25_000; performance.now() < deadline; ) {
    const seen = await look();
    if (seen) return seen;
    await nextTurn();
  }
  throw new Error(`not seen: ${look}`);
};
const metric = async (replica: ApiProcess, pattern: RegExp): Promise<string | undefined> =>
  pattern.exec(await (await fetch(`${replica.url}/metrics`)).text())?.[1];
const nameOf = async (replica: ApiProcess) => (await metric(replica, /chatbox_node_info\{node="([^"]+)"/)) ?? '';
/** Lines of both replicas that are about alerts of this kind. */
const logged = (kind: Alert['kind'], event: string) =>
  cluster.replicas.flatMap(({ log }) =>
    log
      .split('\n')
      .filter((line) => line.includes(`"alert":"${kind}"`))
      .filter((line) => line.includes(`"event":"${event}"`)),
  );
const ask = async (replica: ApiProcess, words: string) => {
  const chat = await aChat(replica, member);
  const { generation } = await chat.ask(words, { model: 'openai/mock-large' });
  return readToEnd(replica, member.token, generation.id);
};

it('tells that a provider fails: once, to administrators, and that it is well again', async () => {
  const [first, second] = cluster.replicas as [ApiProcess, ApiProcess];
  webhook.failingAbout = 'provider_failing';
  for (const replica of [first, second, first, second]) await ask(replica, `[[error:401]] ${randomUUID()}`);
  const alert = await found(() => find('provider_failing', 'open'));
  expect(alert).toMatchObject({
    severity: 'critical',
    subject: 'openai',
    summary: 'No call of the connection openai succeeds.',
    runbook: 'ChatboxProviderFailing',
    widget: 'provider_errors',
    acknowledgedBy: null,
    resolvedAt: null,
  });
  expect(await metric(first, /chatbox_provider_errors_total\{provider="openai",code="provider.bad_key"\} (\d)/)).toBe(
    '2',
  );
  expect(logged('provider_failing', 'raised')).toHaveLength(1);
  const asked = await found(async () =>
    traces.spans.find(({ name, status }) => name.startsWith('chat ') && status === 2),
  );
  expect(asked.attributes).toMatchObject({ 'chatbox.connection': 'openai' });

  const letter = await found(async () => mail.mails.find(({ text }) => text.includes(alert.summary)));
  expect([letter.to, letter.raw]).toEqual([[owner.email], expect.stringContaining('Subject: Critical: ')]);
  expect(letter.text).toContain('https://chat.example.org/admin/dashboard#provider_errors');
  const readers = mail.mails.filter(({ raw }) => /Subject: (Critical|Warning):/.test(raw)).flatMap(({ to }) => to);
  expect(new Set(readers)).toEqual(new Set([owner.email]));

  // The receiver was not there for the first call: the same call comes again.
  await found(async () => webhook.failed.length > 0);
  await sql(cluster, 'UPDATE notice_call SET next_at = now() WHERE done_at IS NULL');
  const calls = () => webhook.about('provider_failing');
  await found(async () => calls().length > 0);
  expect(calls().map(({ id }) => id)).toEqual(webhook.failed);

  const acknowledge = () =>
    second.api<Alert>('POST', `/api/v1/admin/alerts/${alert.id}/acknowledge`, { token: owner.token });
  const [once, again] = [await acknowledge(), await acknowledge()];
  expect([once.status, once.body.acknowledgedBy]).toEqual([200, { id: owner.user.id, email: owner.email }]);
  expect(again.body.acknowledgedAt).toBe(once.body.acknowledgedAt);
  const entries = await rowsOf(cluster, `SELECT target_id FROM audit WHERE action = 'alert.acknowledged'`);
  expect(entries).toEqual([{ target_id: alert.id }]);

  for (let i = 0; i < 6; i += 1) await ask(first, '[[tokens:2]] well');
  const over = await found(() => find('provider_failing', 'resolved'));
  expect([over.id, over.acknowledgedBy?.email, await find('provider_failing', 'open')]).toEqual([
    alert.id,
    owner.email,
    undefined,
  ]);
  await found(async () => calls().length > 1);
  expect(calls().map(({ type }) => type)).toEqual(['alert.raised', 'alert.resolved']);
  expect(webhook.forged).toBe(0);
  const told = [...webhook.received.map(({ raw }) => raw), ...mail.mails.map(({ raw }) => raw), first.log, second.log];
  for (const secret of [KEY, 'canary-of-the-receiver', WEBHOOK_SECRET]) expect(told.join('\n')).not.toContain(secret);
}, 60_000);

it('tells that a pool is saturated, also while the saturated replica cannot write it down', async () => {
  const replica = cluster.replica(0);
  const client = new pg.Client(cluster.databaseUrl);
  await client.connect();
  await client.query('BEGIN; LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE');
  const lists = Array.from({ length: 14 }, () => replica.api('GET', '/api/v1/conversations', { token: member.token }));
  const waits = () => metric(replica, /chatbox_db_pool_connections\{pool="primary",state="waiting"\} ([6-9]|\d\d)/);
  // Seen by whoever scrapes, for as long as it takes to be seen by the replica itself, which looks as often.
  const since = await found(async () => ((await waits()) ? performance.now() : undefined));
  while ((await waits()) && performance.now() - since < 3 * EVERY_SECONDS * 1000);
  await client.query('ROLLBACK');
  await client.end();
  await Promise.all(lists);

  const alert = await found(() => find('pool_waiting', 'open'));
  expect([alert.severity, alert.subject]).toEqual(['warning', await nameOf(replica)]);
  expect(logged('pool_waiting', 'raised')).toHaveLength(1);
  // A list that takes no time waited as long as the rest of them, and its trace says for what.
  const lasted = (span: ReceivedSpan) => Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano);
  const waited = await found(async () =>
    traces.spans.filter(({ name }) => name === 'pool wait').find((span) => lasted(span) > EVERY_SECONDS * 1e9),
  );
  expect(waited.attributes).toEqual({ 'db.client.connection.pool.name': 'primary' });
  const list = await found(async () => traces.spans.find(({ spanId }) => spanId === waited.parentSpanId));
  expect([list.name, lasted(list) >= lasted(waited)]).toEqual(['GET /api/v1/conversations', true]);
  await found(() => find('pool_waiting', 'resolved'));
}, 60_000);

it('tells that a replica is gone, also when it is the one that looked for all, and when another takes its place', async () => {
  const [oldest] = await rowsOf(
    cluster,
    'SELECT id FROM node WHERE lease_until > now() ORDER BY started_at, id LIMIT 1',
  );
  const names = await Promise.all(cluster.replicas.map(nameOf));
  const index = names.indexOf(String(oldest?.id));
  const [dead, survivor] = [cluster.replica(index), cluster.replica(1 - index)];
  const chat = await aChat(survivor, member);
  const onDead = await dead.api<{ generation: { id: string } }>('POST', `/api/v1/conversations/${chat.id}/messages`, {
    token: member.token,
    body: { clientMessageId: randomUUID(), content: '[[tokens:400]] [[delay:20]] go', model: 'openai/mock-large' },
  });
  expect(onDead.status).toBe(202);
  await dead.kill();

  const alert = await found(() => find('replica_gone', 'open', survivor));
  expect([alert.severity, alert.subject, alert.runbook]).toEqual(['critical', names[index], 'ChatboxReplicaMissing']);
  expect(await found(() => metric(survivor, /chatbox_generation_takeovers_total\{outcome="\w+"\} ([1-9])/))).toBe('1');
  expect(logged('replica_gone', 'raised')).toHaveLength(1);
  const { id } = onDead.body.generation;
  expect(survivor.log).toMatch(new RegExp(`"generationId":"${id}".*"took over a generation"`));
  const taken = await found(async () => traces.spans.find(({ name }) => name === 'take over'));
  expect(taken.attributes).toMatchObject({ 'chatbox.generation_id': id, 'chatbox.attempt': 2 });

  await dead.start();
  const over = await found(() => find('replica_gone', 'resolved', survivor));
  expect(over.id).toBe(alert.id);
}, 60_000);

it('knows no alert that there never was, and forgets a replica that stops in order', async () => {
  const path = `/api/v1/admin/alerts/${randomUUID()}/acknowledge`;
  const { status, body } = await cluster.replica(0).api<Problem>('POST', path, { token: owner.token });
  expect([status, body.code]).toEqual([404, 'alert.not_found']);

  const leaving = cluster.replica(1);
  const name = await nameOf(leaving);
  await leaving.stop();
  expect(await rowsOf(cluster, 'SELECT FROM node_reading WHERE node_id = $1', [name])).toEqual([]);
  await leaving.start();
}, 60_000);

it('tells the webhook that the database is away, which no row can, once, and that it is back', async () => {
  const database = await cloneDatabase();
  const { host, port, user, password, database: name } = new pg.Client(database.url);
  const through = await startCutLine(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  const settings = {
    ALERT_EVERY_SECONDS: String(EVERY_SECONDS),
    ALERT_WEBHOOK_URL: webhook.url,
    ALERT_WEBHOOK_SECRET: WEBHOOK_SECRET,
    PUBLIC_URL: 'https://chat.example.org',
  };
  const url = `postgres://${user}:${encodeURIComponent(password ?? '')}@127.0.0.1:${through.port}/${name}`;
  const alone = await ApiProcess.on({ ...settings, DATABASE_URL: url });
  const calls = () => webhook.about('database_away');
  try {
    await alone.start();
    through.cut();
    await found(async () => calls().length > 0);
    const [{ type, alert } = {}] = calls();
    expect([type, alert?.severity, alert?.runbook]).toEqual(['alert.raised', 'critical', 'ChatboxNotReady']);
    expect(alert?.url).toBe('https://chat.example.org/admin/alerts');
    // It goes on for many looks, and is told once.
    const looks = () => alone.log.split('could not look for what is wrong').length;
    const told = looks();
    await found(async () => looks() > told + 4);
    through.mend();
    await found(async () => calls().length > 1);
    expect(calls().map((call) => [call.type, call.alert.id])).toEqual([
      ['alert.raised', alert?.id],
      ['alert.resolved', alert?.id],
    ]);
    expect(webhook.forged).toBe(0);
    const said = alone.log.split('\n').filter((line) => line.includes('"alert":"database_away"'));
    expect(said.filter((line) => line.includes('"event":"raised"'))).toHaveLength(1);
  } finally {
    await alone.close();
    await through.close();
    await database.drop();
  }
}, 60_000);

/** Announced, not there yet: who makes backups and drills will count them. */
const ANNOUNCED = ['chatbox_backup_last_success_timestamp_seconds', 'chatbox_drill_last_success_timestamp_seconds'];

it('rules, boards and runbooks ask for nothing that no replica says', async () => {
  const said = (
    await Promise.all(cluster.replicas.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))
  ).join('\n');
  const families = [...said.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
  );
  const labels = new Map<string, Set<string>>();
  for (const [, name = '', list = ''] of said.matchAll(/^(\w+)\{([^}]*)\}/gm))
    for (const [, label = ''] of list.matchAll(/(\w+)="/g))
      labels.set(name, (labels.get(name) ?? new Set()).add(label));

  const root = resolve(__dirname, '../../..');
  const asked: string[] = [];
  for (const folder of ['deploy/observability/rules', 'deploy/observability/grafana/dashboards', 'docs/runbooks'])
    for (const name of await readdir(join(root, folder))) asked.push(await readFile(join(root, folder, name), 'utf8'));
  const text = asked.join('\n').replaceAll('\\"', '"');
  const names = new Set(text.match(/(?<!\w)(chatbox|process|nodejs)_\w+/g));
  expect(names.size).toBeGreaterThan(30);
  expect([...names].filter((name) => !families.includes(name) && !ANNOUNCED.includes(name))).toEqual([]);
  for (const [, name = '', list = ''] of text.matchAll(/(?<!\w)(chatbox_\w+)\{([^}]*)\}/g))
    for (const [, label = ''] of list.matchAll(/(\w+)(?:=|!=|=~|!~)"/g))
      if (labels.has(name)) expect([name, ...(labels.get(name) ?? [])]).toContain(label);
});
