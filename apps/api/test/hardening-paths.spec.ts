import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROUTES, type Route } from '@chatbox/contracts';
import { type Gateway, openGateway } from '../../../tools/start/gateway.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

const ID = '5e0c5c7e-7d4b-4f0e-9d3e-0d4d0f7f3b11';
const routes = Object.entries<Route>(ROUTES).map(([name, route]) => ({
  name,
  ...route,
  path: route.path.replace(/:\w+/g, ID),
}));
const closed = routes.filter(({ access }) => access !== 'public');
const ofAdministrators = closed.filter(({ path }) => path.startsWith('/api/v1/admin/'));

let app: TestApp;
let owner: Person;
let member: Person;
let page: Server;
let gateway: Gateway;
beforeAll(async () => {
  app = await startTestApp();
  owner = await aUser(app);
  member = await aUser(app);
  page = createServer((_request, response) => response.writeHead(404, { 'x-part': 'page' }).end('page'));
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  gateway = await openGateway(['127.0.0.1'], 0, () => false);
  gateway.point('api', app.url);
  gateway.point('web', `http://127.0.0.1:${(page.address() as AddressInfo).port}`);
});
afterAll(async () => {
  gateway?.stopListening();
  gateway?.close();
  page?.close();
  await app?.close();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}
/** Sends the target as it is written: fetch would tidy it up first. */
const send = (base: string, method: string, target: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const asking = request({ hostname, port, method, path: target, headers, agent: false }, async (response) => {
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece as Buffer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() });
    });
    asking.on('error', reject);
    asking.end();
  });

const SPELLINGS: [string, (path: string) => string][] = [
  ['%61 for a', (path) => path.replace('/api', '/%61pi')],
  ['%2561 for a', (path) => path.replace('/api', '/%2561pi')],
  ['%2f for a slash', (path) => path.replace('/v1/', '%2fv1%2f')],
  ['two slashes in front', (path) => `/${path}`],
  ['two slashes inside', (path) => path.replace('/v1', '//v1')],
  ['a parameter in front', (path) => path.replace('/api/', '/;x/api/')],
  ['a parameter inside', (path) => path.replace('/api/', '/api;x/')],
  ['a parameter at the end', (path) => `${path};/x`],
  ['a slash at the end', (path) => `${path}/`],
  ['two slashes at the end', (path) => `${path}//`],
  ['upper case', (path) => path.toUpperCase()],
  ['mixed case', (path) => path.replace('/api/v1', '/Api/V1')],
  ['a step up', (path) => `/health/live/../..${path}`],
  ['a step up of Tomcat', (path) => path.replace('/api/', '/x/..;/api/')],
  ['an encoded step up', (path) => `/health/live/%2e%2e/%2e%2e${path}`],
  ['a dot', (path) => path.replace('/v1', '/./v1')],
  ['a backslash', (path) => path.replace('/v1/', '\\v1\\')],
  ['an encoded NUL', (path) => `${path}%00`],
  ['an encoded line break', (path) => `${path}%0d%0ax`],
  ['a harmless end', (path) => `${path}.json`],
  ['an end of Next', (path) => `${path}.rsc`],
  ['an end of another page', (path) => `${path}/..%2f..%2fhealth%2flive`],
  ['a public address in the query', (path) => `${path}?_path=/health/live`],
  ['a fragment', (path) => `${path}#/health/live`],
  ['an absolute target', (path) => `http://${new URL(app.url).host}${path}`],
  ['an absolute target of another host', (path) => `http://evil.example${path}`],
];
const STEERING: Record<string, string> = {
  'x-original-url': '/health/live',
  'x-rewrite-url': '/health/live',
  'x-forwarded-path': '/health/live',
  'x-forwarded-prefix': '/health/live',
  'x-http-method-override': 'OPTIONS',
  'x-method-override': 'OPTIONS',
  'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware',
  'x-middleware-prefetch': '1',
  'x-nextjs-data': '1',
  rsc: '1',
  'next-action': 'x',
  'x-user-id': ID,
  'x-forwarded-user': 'owner',
  'x-forwarded-for': '127.0.0.1',
};

/** The decision on the plain path, or that there is no such path at all; never the thing itself. */
const expectClosed = (answer: Answer, plain: number): void => {
  expect([plain, 400, 404, 405, 415]).toContain(answer.status);
  expect(answer.text).not.toContain(owner.email);
};
const doors = (): [string, string][] => [
  ['the API', app.url],
  ['the gateway', `http://127.0.0.1:${gateway.port}`],
];

describe('HARDENING B: the same decision as for the plain path', () => {
  it.each(closed)('$method $path, for nobody', async ({ method, path }) => {
    for (const [, base] of doors()) {
      expect((await send(base, method, path)).status).toBe(401);
      for (const [, spell] of SPELLINGS) expectClosed(await send(base, method, spell(path)), 401);
      expectClosed(await send(base, method, path, STEERING), 401);
    }
  });

  it.each(ofAdministrators)('$method $path, for a member', async ({ method, path }) => {
    const authorization = { authorization: `Bearer ${member.token}` };
    for (const [, base] of doors()) {
      expect((await send(base, method, path, authorization)).status).toBe(403);
      for (const [, spell] of SPELLINGS) expectClosed(await send(base, method, spell(path), authorization), 403);
      expectClosed(await send(base, method, path, { ...STEERING, ...authorization }), 403);
    }
  });

  it.each(closed)('$method $path, by another method', async ({ path }) => {
    for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PROPFIND', 'get', 'DEBUG'])
      for (const [, base] of doors()) {
        const answer = await send(base, method, path).catch(() => ({ status: 400, headers: {}, text: '' }));
        expectClosed(answer, 401);
      }
  });

  it.each(ofAdministrators.filter(({ method }) => method === 'GET'))(
    'HEAD $path tells a member nothing, not even a length',
    async ({ path }) => {
      const answer = await send(app.url, 'HEAD', path, { authorization: `Bearer ${member.token}` });
      expectClosed(answer, 403);
      const asOwner = await send(app.url, 'HEAD', path, { authorization: `Bearer ${owner.token}` });
      expect(asOwner.text).toBe('');
      expect(asOwner.headers['content-length']).not.toBe(answer.headers['content-length']);
    },
  );
});

describe('the gateway', () => {
  it('hands what is spelled oddly to the page, which holds nothing', async () => {
    const base = `http://127.0.0.1:${gateway.port}`;
    for (const odd of ['/%61pi/v1/auth/me', '//api/v1/auth/me', '/API/v1/auth/me', '/x/..;/api/v1/auth/me'])
      expect((await send(base, 'GET', odd, { authorization: `Bearer ${owner.token}` })).headers['x-part']).toBe('page');
  });

  it('lets nobody outside say that they are this machine', async () => {
    const base = `http://127.0.0.1:${gateway.port}`;
    const claims: Record<string, string>[] = [{}, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }];
    for (const headers of claims) expect((await send(base, 'GET', '/metrics', headers)).status).toBe(404);
  });
});
