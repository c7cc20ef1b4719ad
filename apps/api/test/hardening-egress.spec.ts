import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Connection, ConnectionTest, ModelList, Problem } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { issuerFetch } from '../src/auth/oidc/issuer-fetch.ts';
import { guardedConnector } from '../src/common/egress/connector.ts';
import { Egress } from '../src/common/egress/egress.ts';
import { refusalIn } from '../src/common/egress/refused.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

const KEY = 'sk-canary-egress-0123456789-abcdef';

let server: Server;
let base: string;
let port: number;
let seen: IncomingMessage[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${port}`;
});
beforeEach(() => {
  seen = [];
  answer = (_, response) => response.end('inside');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const opened: Egress[] = [];
const egress = (...given: ConstructorParameters<typeof Egress>): Egress => {
  const one = new Egress(...given);
  opened.push(one);
  return one;
};
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

const refusedBy = async (one: Egress, address: string): Promise<string> =>
  one.fetch(address).then(
    () => 'reached',
    (error: unknown) => refusalIn(error)?.what ?? `another failure: ${String((error as Error).cause ?? error)}`,
  );
/** A name server that says what the test wants, one answer after the other. */
const names = (...answers: { address: string; family: number }[][]) => {
  const asked: string[] = [];
  const resolve = ((name: string, _options: unknown, callback: (...args: unknown[]) => void) => {
    asked.push(name);
    callback(null, answers[Math.min(asked.length, answers.length) - 1]);
  }) as unknown as typeof lookup;
  return { asked, resolve };
};

describe('HARDENING 30: a request to a host that a person chose', () => {
  const SPELLINGS = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '①②⑦.⓪.⓪.①',
    '127%2e0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '0.0.0.0',
    '0',
    '[::]',
    'localhost',
    'LOCALHOST',
    'localhost.',
  ];
  it.each(SPELLINGS)('does not reach this machine as %s', async (host) => {
    expect(await refusedBy(egress({ reach: 'public', mostBytes: 1000 }), `http://${host}:${port}/`)).toMatch(
      /^(this machine|an address that is not of the internet)$|ENOTFOUND/,
    );
    expect(seen).toEqual([]);
  });

  it.each([
    '169.254.169.254',
    '10.0.0.1',
    '192.168.0.1',
    '172.16.0.1',
    '100.64.0.1',
    '224.0.0.1',
    '[fe80::1]',
    '[fd00::1]',
  ])('does not reach %s', async (host) => {
    expect(await refusedBy(egress({ reach: 'loopback', mostBytes: 1000 }), `http://${host}/`)).toMatch(
      /^(a private network|an address that is not of the internet)$/,
    );
  });

  it.each(['http://user@example.org/', 'http://user:secret@example.org/', 'http://1.1.1.1@127.0.0.1/'])(
    'does not follow %s',
    async (address) => {
      const one = egress({ reach: 'private', mostBytes: 1000 });
      expect(await refusedBy(one, address)).toBe('an address with a user name or a password');
    },
  );

  it.each(['file:///etc/passwd', 'ftp://example.org/', 'data:text/plain,x', 'gopher://127.0.0.1/', 'nonsense'])(
    'is not made of %s',
    async (address) => {
      expect(await refusedBy(egress({ reach: 'private', mostBytes: 1000 }), address)).toBe('not an address of the web');
    },
  );

  it('is refused when one of the addresses of a name is inside', async () => {
    const { resolve } = names([
      { address: '1.1.1.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
    const one = egress({ reach: 'public', mostBytes: 1000 }, guardedConnector('public', resolve));
    expect(await refusedBy(one, `http://mixed.example:${port}/`)).toBe('this machine');
    expect(seen).toEqual([]);
  });

  it('connects to the address that was checked: a name is asked once and cannot change its mind', async () => {
    const { asked, resolve } = names([{ address: '127.0.0.1', family: 4 }], [{ address: '10.0.0.1', family: 4 }]);
    const one = egress({ reach: 'loopback', mostBytes: 1000 }, guardedConnector('loopback', resolve));
    expect(await (await one.fetch(`http://rebinding.example:${port}/`)).text()).toBe('inside');
    expect(asked).toEqual(['rebinding.example']);
    // A new connection is a new check.
    await one.close();
    const two = egress({ reach: 'loopback', mostBytes: 1000 }, guardedConnector('loopback', resolve));
    expect(await refusedBy(two, `http://rebinding.example:${port}/`)).toBe('a private network');
  });

  it('is checked again at every redirect', async () => {
    for (const location of [
      'http://169.254.169.254/latest/meta-data',
      'http://[::ffff:a00:1]/',
      'file:///etc/passwd',
    ]) {
      answer = (_, response) => response.writeHead(302, { location }).end();
      expect(await refusedBy(egress({ reach: 'loopback', mostBytes: 1000 }), base)).not.toMatch(/reached|another/);
    }
  });

  it('takes no key along to another origin, and does not go round for ever', async () => {
    const other = createServer((request, response) => {
      seen.push(request);
      response.end('other');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    answer = (_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` }).end();
    const one = egress({ reach: 'loopback', mostBytes: 1000 });
    const headers = { authorization: `Bearer ${KEY}`, 'x-api-key': KEY, cookie: KEY, 'x-custom': KEY };
    expect(await (await one.fetch(base, { headers })).text()).toBe('other');
    expect(JSON.stringify(seen[0]?.headers)).toContain(KEY);
    expect(JSON.stringify(seen[1]?.headers)).not.toContain(KEY);
    other.close();
    answer = (_, response) => response.writeHead(302, { location: base }).end();
    await expect(one.fetch(base)).rejects.toMatchObject({ cause: { message: 'redirect count exceeded' } });
    await expect(one.fetch(base, { method: 'POST', body: '{}' })).rejects.toThrow('fetch failed');
    await expect(one.fetch(base, { redirect: 'error' })).rejects.toMatchObject({ cause: { message: /redirect/ } });
  });

  it('reads so much and no more', async () => {
    answer = (_, response) => {
      response.writeHead(200);
      const pour = () => {
        while (response.write('x'.repeat(10_000)));
        response.once('drain', pour);
      };
      pour();
    };
    const one = egress({ reach: 'loopback', mostBytes: 100_000 });
    await expect(one.fetch(base).then((reply) => reply.text())).rejects.toThrow();
    server.closeAllConnections();
  });

  it('asks for no compression and takes none, so that no few bytes become many', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    const one = egress({ reach: 'loopback', mostBytes: 1_000_000 });
    await expect(one.fetch(base)).rejects.toMatchObject({ cause: { message: /compressed/ } });
    expect(seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('waits so long and no longer, also in the middle of an answer', async () => {
    const one = egress({ reach: 'loopback', mostBytes: 1000, totalMilliseconds: 150 });
    answer = () => undefined;
    await expect(one.fetch(base)).rejects.toThrow(/timeout|aborted/i);
    answer = (_, response) => response.writeHead(200).write('x');
    await expect(one.fetch(base).then((reply) => reply.text())).rejects.toThrow(/timeout|aborted/i);
    server.closeAllConnections();
  });
});

describe('HARDENING 32: what the sign-in provider names', () => {
  const ask = (url: string) => issuerFetch(url, { method: 'GET', headers: {}, redirect: 'manual', body: undefined });

  it('may be in a private network, which the operator chose', async () => {
    expect(await (await ask(`${base}/.well-known/openid-configuration`)).text()).toBe('inside');
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'http://[fe80::1]/', 'http://0.0.0.0/', 'http://224.0.0.1/'])(
    'is never %s',
    async (url) => {
      const outcome = await ask(url).then(
        () => 'reached',
        (error: unknown) => refusalIn(error)?.code,
      );
      expect(outcome).toBe('EGRESS_REFUSED');
    },
  );
});

describe('a connection of the settings', () => {
  let mock: MockModel;
  let strict: TestApp;
  let owner: Person;
  let member: Person;
  beforeAll(async () => {
    mock = await startMockModel({ key: KEY });
    strict = await startTestApp({
      ALLOW_PRIVATE_PROVIDERS: 'no',
      OPENAI_BASE_URL: `${mock.url}/v1`,
      OPENAI_API_KEY: KEY,
    });
    owner = await aUser(strict);
    member = await aUser(strict);
  });
  afterAll(async () => {
    await strict.close();
    await mock.close();
  });
  const create = (baseUrl: string, token = owner.token) =>
    strict.api<Connection & Problem>('POST', '/api/v1/admin/connections', {
      token,
      body: { name: 'Inside', kind: 'openai', baseUrl, key: KEY },
    });

  it('HARDENING 30: is refused at once where the address is written out', async () => {
    for (const host of ['127.0.0.1:1', '[::ffff:7f00:1]', '169.254.169.254', '10.1.2.3', '0x7f000001']) {
      const { status, body } = await create(`http://${host}/v1`);
      expect([host, status, body.code, body.issues?.[0]?.path]).toEqual([host, 400, 'request.invalid', 'baseUrl']);
    }
    const kept = await create('https://models.example/v1');
    const path = `/api/v1/admin/connections/${kept.body.id}`;
    const moved = await strict.api('PATCH', path, {
      token: owner.token,
      body: { baseUrl: 'http://127.0.0.1/v1', key: KEY },
    });
    expect(moved.status).toBe(400);
  });

  it('HARDENING 30: is checked when it is used, also where it was kept before', async () => {
    const before = mock.requests.length;
    const { body: kept } = await create(`http://localhost:${new URL(mock.url).port}/v1`);
    const path = `/api/v1/admin/connections/${kept.id}/test`;
    const { body } = await strict.api<ConnectionTest>('POST', path, { token: owner.token });
    expect(body).toMatchObject({ ok: false, error: { code: 'provider.address_refused' } });
    const draft = { kind: 'openai', baseUrl: `http://localhost:${new URL(mock.url).port}/v1`, key: KEY };
    const tried = await strict.api<ConnectionTest>('POST', '/api/v1/admin/connections/test', {
      token: owner.token,
      body: draft,
    });
    expect(tried.body.error?.code).toBe('provider.address_refused');
    const { body: list } = await strict.api<ModelList>('GET', '/api/v1/models', { token: owner.token });
    expect(list.problems.map(({ code }) => code)).toContain('provider.address_refused');
    expect(mock.requests.slice(before).filter(({ headers }) => headers.host?.includes('localhost'))).toEqual([]);
    // What the environment names is the operator's own choice.
    expect(list.items.map(({ id }) => id)).toContain('openai/mock-small');
  });

  it('HARDENING 31: is made, changed and tried by administrators only', async () => {
    const { body: kept } = await create('https://models.example/v1');
    const path = `/api/v1/admin/connections/${kept.id}`;
    const answers = await Promise.all([
      create('https://elsewhere.example/v1', member.token),
      strict.api('PATCH', path, { token: member.token, body: { baseUrl: 'https://elsewhere.example/v1' } }),
      strict.api('POST', `${path}/test`, { token: member.token }),
      strict.api('POST', '/api/v1/admin/connections/test', { token: member.token, body: { kind: 'openai' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });

  it('HARDENING 31: keeps its key from a new address, and no request can name an address or a key', async () => {
    const { body: kept } = await create('https://models.example/v1');
    const path = `/api/v1/admin/connections/${kept.id}`;
    const moved = await strict.api<Problem>('PATCH', path, {
      token: owner.token,
      body: { baseUrl: 'https://evil.example/v1' },
    });
    expect([moved.status, moved.body.issues?.[0]?.path]).toEqual([400, 'key']);
    const { body: chat } = await strict.api<{ id: string }>('POST', '/api/v1/conversations', {
      token: member.token,
      body: {},
    });
    for (const field of ['baseUrl', 'base_url', 'api_base', 'apiKey', 'key', 'headers']) {
      const body = { clientMessageId: crypto.randomUUID(), content: 'x', [field]: base };
      const sent = await strict.api('POST', `/api/v1/conversations/${chat.id}/messages`, { token: member.token, body });
      expect([field, sent.status]).toEqual([field, 400]);
    }
    expect(seen).toEqual([]);
  });
});
