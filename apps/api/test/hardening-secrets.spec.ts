import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthResult, Connection, Problem } from '@chatbox/contracts';
import { SECRET_NAMES } from '../src/config/read-config.ts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat, readToEnd } from './support/chat.ts';
import { RawSocket } from './support/raw-socket.ts';
import { Receiver, type SentryEvent } from './support/receiver.ts';

const canary = (name: string): string => `canary_${name.toLowerCase()}_0123456789abcdef`;
/** As the settings want them; what is not named here takes the canary itself. */
const SHAPES: Record<string, (secret: string, receiver: URL) => string> = {
  REDIS_URL: (secret) => `redis://user:${secret}@127.0.0.1:1`,
  DATABASE_REPLICA_URL: (secret) => `postgres://user:${secret}@127.0.0.1:1/none`,
  SMTP_URL: (secret) => `smtp://user:${secret}@127.0.0.1:1`,
  SENTRY_DSN: (secret, { host }) => `http://${secret}@${host}/7`,
  ERROR_TRACKING_SERVICE: (secret, { origin }) => `${origin}/errors/${secret}`,
  OTEL_EXPORTER_OTLP_HEADERS: (secret) => `authorization=${secret}`,
  ALERT_WEBHOOK_URL: (secret) => `http://127.0.0.1:1/${secret}`,
};
const NEEDED_BESIDE = {
  MAIL_FROM: 'chat@example.org',
  PUBLIC_URL: 'http://chat.example.org',
  OIDC_ISSUER: 'http://127.0.0.1:1',
  OIDC_CLIENT_ID: 'chatbox',
};

describe('HARDENING 47: canary secrets in every setting', () => {
  let upstream: Server;
  let receiver: Receiver;
  let api: ApiProcess;
  const answers: string[] = [];
  const secrets = new Map<string, string>();

  /** Refuses everything, and says in its refusal all that it was told: the worst a provider can do. */
  const gossip = async (): Promise<string> => {
    upstream = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += String(piece);
      const message = `refused: ${JSON.stringify(request.headers)} ${body.slice(0, 200)}`;
      response.writeHead(400, { 'content-type': 'application/json', 'x-said': String(request.headers.authorization) });
      response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'x' } }));
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  };
  const call = async <T = Problem>(method: string, path: string, request = {}) => {
    const answer = await api.api<T>(method, path, request);
    answers.push(JSON.stringify([...answer.headers]), JSON.stringify(answer.body) ?? '');
    return answer;
  };

  beforeAll(async () => {
    const url = await gossip();
    receiver = await Receiver.start();
    for (const name of SECRET_NAMES) if (name !== 'DATABASE_URL') secrets.set(name, canary(name));
    const environment = Object.fromEntries(
      [...secrets].map(([name, secret]) => [name, SHAPES[name]?.(secret, new URL(receiver.url)) ?? secret]),
    );
    api = await ApiProcess.on({
      ...environment,
      ...NEEDED_BESIDE,
      OPENAI_BASE_URL: `${url}/v1`,
      ANTHROPIC_BASE_URL: url,
      MONITORING_SERVICE: receiver.url,
      MONITORING_PUSH_SECONDS: '0.2',
      TRACE_SAMPLE_RATIO: '1',
      LOG_LEVEL: 'trace',
    });
    secrets.set('DATABASE_URL', new URL(api.databaseUrl).password);
    await api.start();

    // A person's own secrets, and everything that can go wrong with all of them.
    const email = `${randomUUID()}@example.org`;
    const password = canary('password');
    const registered = await api.api<AuthResult>('POST', '/api/v1/auth/register', { body: { email, password } });
    const { accessToken: token, refreshToken } = registered.body;
    secrets.set('password', password).set('refresh token', refreshToken);
    secrets.set('access token', token.split('.')[2] ?? '');
    await call('POST', '/api/v1/auth/login', { body: { email, password: canary('wrong password') } });
    await call('POST', '/api/v1/auth/login', { body: { email: canary('typed-into-the-wrong-field'), password } });
    await call('POST', '/api/v1/auth/login', { body: { email, password: { nested: password } } });
    await call('POST', '/api/v1/auth/login', { body: `{"email":"${email}","password":"${password}"` });
    await call('POST', '/api/v1/auth/refresh', { body: { refreshToken: [refreshToken] } });
    await call('POST', '/api/v1/auth/refresh', { body: { refreshToken: canary('made-up-token') } });
    secrets.set('wrong password', canary('wrong password')).set('made-up token', canary('made-up-token'));
    const key = canary('kept-key');
    secrets.set('kept key', key);
    const body = { name: 'Kept', kind: 'openai', baseUrl: `${url}/v1`, key };
    const { body: kept } = await call<Connection>('POST', '/api/v1/admin/connections', { token, body });
    await call('PATCH', `/api/v1/admin/connections/${kept.id}`, { token, body: { key, baseUrl: 'nonsense' } });
    await call('POST', `/api/v1/admin/connections/${kept.id}/test`, { token });
    await call('POST', '/api/v1/admin/connections/openai/test', { token });
    await call('POST', '/api/v1/admin/connections/anthropic/test', { token });
    await call('POST', '/api/v1/admin/connections/test', {
      token,
      body: { kind: 'openai', baseUrl: `${url}/v1`, key },
    });
    for (const path of [
      '/api/v1/admin/connections',
      '/api/v1/admin/settings',
      '/api/v1/models',
      '/api/v1/auth/me',
      '/api/v1/setup',
    ])
      await call('GET', path, { token });
    // An answer that fails at the provider, over REST and over the socket.
    const chat = await aChat(api, { user: registered.body.user, email, password, token, refreshToken });
    for (const model of ['openai/any', 'anthropic/any', 'kept/any']) {
      const sent = await call<{ generation: { id: string } }>('POST', `/api/v1/conversations/${chat.id}/messages`, {
        token,
        body: { clientMessageId: randomUUID(), content: 'hello', model, parentId: null },
      });
      if (sent.status === 202) {
        const { end } = await readToEnd(api, token, sent.body.generation.id);
        answers.push(JSON.stringify(end));
      }
    }
    const socket = await RawSocket.of(api.url, token);
    await socket.ask({ type: 'subscribe', conversationId: chat.id });
    answers.push(JSON.stringify(socket.frames));
    socket.raw.terminate();
    // The database fails in the middle of it.
    await sql(api, 'ALTER TABLE connection RENAME TO connection_away');
    expect((await call('POST', '/api/v1/admin/connections', { token, body })).status).toBe(500);
    expect((await call('GET', '/api/v1/admin/connections', { token })).status).toBe(500);
    await sql(api, 'ALTER TABLE connection_away RENAME TO connection');
    await sql(api, 'ALTER TABLE refresh_token RENAME TO refresh_token_away');
    expect((await call('POST', '/api/v1/auth/login', { body: { email, password } })).status).toBe(500);
    await sql(api, 'ALTER TABLE refresh_token_away RENAME TO refresh_token');
    for (const authorization of [`Bearer ${token}x`, `Bearer ${canary('metrics_token')}`, `Basic ${password}`])
      await call('GET', '/api/v1/auth/me', { headers: { authorization } });
    await call('GET', `/api/v1/nothing?token=${canary('in-an-address')}&key=${key}`, { token });
    secrets.set('in an address', canary('in-an-address'));
    await call('GET', '/metrics', { headers: { authorization: `Bearer ${canary('metrics_token')}` } });
    await call('GET', '/health/ready');
  }, 60_000);
  afterAll(async () => {
    await api?.close();
    await receiver?.close();
    upstream?.close();
    upstream?.closeAllConnections();
  });

  const found = (text: string): string[] =>
    [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

  it('covers every secret there is, and the canaries would be seen', () => {
    expect(secrets.size).toBeGreaterThanOrEqual(SECRET_NAMES.length);
    for (const secret of secrets.values()) expect(secret.length).toBeGreaterThanOrEqual(12);
    expect(api.log).toContain('request failed');
    expect(answers.join('')).toContain('provider.refused');
    expect(found(`x${canary('kept-key')}x`)).toEqual(['kept key']);
  });

  it('none is in the log, at its most talkative', () => {
    expect(found(api.log)).toEqual([]);
  });

  it('none is sent to those who watch, but for the one that each of them asks for', async () => {
    await receiver.until(() => receiver.spans.some(({ name }) => name === 'GET /api/v1/admin/connections'));
    const failed = ({ tags }: SentryEvent) => tags.code === 'internal';
    await receiver.until(() => receiver.events.filter(failed).length > 2);
    const whole = JSON.stringify(receiver.received);
    for (const place of [
      '/v1/traces',
      '/v1/metrics',
      '/api/7/envelope/',
      `/errors/${canary('ERROR_TRACKING_SERVICE')}`,
    ])
      expect([place, receiver.at(place).length > 0]).toEqual([place, true]);
    expect(found(whole).sort()).toEqual(['ERROR_TRACKING_SERVICE', 'OTEL_EXPORTER_OTLP_HEADERS', 'SENTRY_DSN']);
    for (const { path, headers, body } of receiver.received) {
      const own = path.startsWith('/v1/') ? { ...headers, authorization: undefined } : headers;
      expect([path.split('?')[0], found(`${JSON.stringify(own)}\n${body}`)]).toEqual([path.split('?')[0], []]);
    }
  });

  it('none is in an answer, in the head or the body, of success or of failure', () => {
    expect(found(answers.join('\n'))).toEqual([]);
    for (const line of answers) expect(line).not.toMatch(/node_modules|SELECT |INSERT |password_hash|key_envelope/);
  });

  it('none is in the database: passwords and tokens as hashes, keys in envelopes', async () => {
    const tables = await rowsOf(api, `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      const rows = await rowsOf(api, `SELECT t::text AS row FROM "${String(name)}" t`);
      expect([name, found(rows.map(({ row }) => String(row)).join('\n'))]).toEqual([name, []]);
    }
    const [account] = await rowsOf(api, 'SELECT password_hash FROM account WHERE password_hash IS NOT NULL LIMIT 1');
    expect(account?.password_hash).toMatch(/^\$argon2id\$v=19\$m=(19456|[2-9]\d{4}|\d{6}),t=[2-9],p=1\$/);
    const [connection] = await rowsOf(api, 'SELECT key_envelope FROM connection LIMIT 1');
    expect(String(connection?.key_envelope)).not.toContain('canary');
  });

  it('none is in the figures', async () => {
    const { status, body } = await api.api<string>('GET', '/metrics', {
      headers: { authorization: `Bearer ${canary('metrics_token')}` },
    });
    expect(status).toBe(200);
    expect(found(body)).toEqual([]);
  });
});

describe('what is asked for', () => {
  let app: TestApp;
  let owner: Person;
  beforeAll(async () => {
    app = await startTestApp();
    owner = await aUser(app, 'owner@example.org');
    for (const email of ['a_b@example.org', 'axb@example.org']) await aUser(app, email);
    const { token } = await aUser(app, 'hundred@example.org');
    await app.api('PATCH', '/api/v1/auth/me', { token, body: { name: '100% sure' } });
  });
  afterAll(() => app.close());
  const get = <T = Problem>(path: string) => app.api<T>('GET', path, { token: owner.token });

  const INJECTIONS = [
    `'`,
    `"`,
    `' OR 1=1 --`,
    `'; DROP TABLE account; --`,
    `1); DELETE FROM session; --`,
    `\\'; SELECT pg_sleep(5); --`,
    `$1`,
    `$$`,
    `\${7*7}`,
    `id,(SELECT password_hash FROM account)`,
    `email; DROP TABLE account`,
  ];
  it.each([
    'sort',
    'order',
    'role',
    'status',
    'cursor',
    'limit',
    'search',
    'filter',
    'actor',
    'action',
    'from',
    'before',
  ])('HARDENING 49: %s is a value and never a statement', async (name) => {
    for (const value of INJECTIONS)
      for (const path of [
        '/api/v1/admin/people',
        '/api/v1/admin/audit',
        '/api/v1/admin/keys',
        '/api/v1/conversations',
        `/api/v1/conversations/${randomUUID()}/messages`,
      ]) {
        const began = performance.now();
        const { status } = await get(`${path}?${name}=${encodeURIComponent(value)}`);
        expect([path, value, status < 500]).toEqual([path, value, true]);
        expect(performance.now() - began).toBeLessThan(2_000);
      }
    expect((await get('/api/v1/auth/me')).status).toBe(200);
  });

  it.each([`Bearer '`, `Bearer ' OR 1=1 --`, `Bearer "`, `'`, `Bearer a.b.'`, `Bearer ${'\u0027'.repeat(4000)}`])(
    'HARDENING 49: a quote in Authorization is nobody: %s',
    async (authorization) => {
      const ways: Record<string, string>[] = [
        { authorization },
        { 'x-api-key': authorization },
        { cookie: `chatbox_access=${authorization}` },
      ];
      for (const headers of ways) {
        const answer = await app.api<Problem>('GET', '/api/v1/auth/me', { headers });
        expect([answer.status, answer.body.code]).toEqual([401, 'auth.required']);
      }
    },
  );

  it('HARDENING 51: wildcards are letters', async () => {
    const emails = async (search: string): Promise<string[]> => {
      const { body } = await get<{ items: { email: string }[] }>(
        `/api/v1/admin/people?search=${encodeURIComponent(search)}`,
      );
      return body.items.map(({ email }) => email).sort();
    };
    expect(await emails('a_b')).toEqual(['a_b@example.org']);
    expect(await emails('%')).toEqual(['hundred@example.org']);
    expect(await emails('a%b')).toEqual([]);
    expect(await emails('\\')).toEqual([]);
    expect(await emails('example.org')).toHaveLength(4);
    for (const operators of ['a & b | !c <-> d:*', '"unclosed', '-', '((((', '\u202e', '[a-z]*', '.*'])
      expect(await emails(operators)).toEqual([]);
  });

  it('HARDENING 51: a query of 10 kB is refused at once, and an address of 100 kB', async () => {
    for (const size of [10_000, 100_000])
      for (const path of [
        '/api/v1/admin/people?search=',
        '/api/v1/conversations?cursor=',
        '/api/v1/admin/audit?action=',
      ]) {
        const began = performance.now();
        const answer = await get(`${path}${'%25'.repeat(size / 3)}`).catch(() => ({ status: 431 }));
        expect([400, 413, 414, 431]).toContain(answer.status);
        expect(performance.now() - began).toBeLessThan(1_000);
      }
  });
});
