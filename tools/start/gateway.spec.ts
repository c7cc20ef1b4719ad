import { once } from 'node:events';
import { createServer, get, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Gateway, openGateway } from './gateway.ts';

/** A server behind the gateway that shows what reaches it. */
class Upstream {
  readonly seen: IncomingMessage[] = [];
  readonly server: Server;
  onRequest: (request: IncomingMessage, response: import('node:http').ServerResponse) => void = (_, response) =>
    response.end('ok');

  constructor() {
    this.server = createServer((incoming, response) => {
      this.seen.push(incoming);
      this.onRequest(incoming, response);
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): IncomingMessage {
    const last = this.seen.at(-1);
    if (!last) throw new Error('nothing has come');
    return last;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let api: Upstream;
let web: Upstream;
let gateway: Gateway;
let base: string;

beforeEach(async () => {
  [api, web] = [new Upstream(), new Upstream()];
  gateway = await openGateway(['127.0.0.1'], 0, () => false);
  gateway.point('api', await api.listen());
  gateway.point('web', await web.listen());
  base = `http://127.0.0.1:${gateway.port}`;
});
afterEach(() => {
  gateway.stopListening();
  gateway.close();
  api.close();
  web.close();
});

const raw = async (text: string): Promise<{ socket: Socket; answer: Promise<string> }> => {
  const socket = connect(gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  const answer = once(socket, 'data').then(([chunk]) => String(chunk));
  return { socket, answer };
};

it.each(['/api/v1/setup', '/api', '/ws?x=1', '/v1/models', '/health/live', '/metrics'])(
  '%s goes to the API',
  async (path) => {
    await fetch(base + path);
    expect([api.last.url, web.seen.length]).toEqual([path, 0]);
  },
);

it.each(['/', '/login', '/apiary', '/API/v1/setup', '//api/v1/setup', '/%61pi/v1/setup', '/x/../api'])(
  '%s goes to the page',
  async (path) => {
    const { socket, answer } = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await answer;
    socket.destroy();
    expect([web.last.url, api.seen.length]).toEqual([path, 0]);
  },
);

it('takes an absolute-form target for its path', async () => {
  const { socket, answer } = await raw('GET http://elsewhere.example/api/v1/setup HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await answer).toMatch(/^HTTP\/1\.1 200/);
  socket.destroy();
  expect(api.last.url).toBe('/api/v1/setup');
});

it('says who asked, and believes nobody who claims to be a proxy', async () => {
  await fetch(`${base}/api`, {
    headers: {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=203.0.113.7',
      'x-original-url': '/health/live',
      'x-middleware-subrequest': 'middleware',
      'x-request-id': 'bad id\t',
    },
  });
  const { headers } = api.last;
  expect(headers['x-forwarded-for']).toBe('127.0.0.1');
  expect(headers['x-forwarded-host']).toBe(new URL(base).host);
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  for (const name of ['forwarded', 'x-original-url', 'x-middleware-subrequest']) expect(headers[name]).toBeUndefined();
});

it('passes a stream on as it comes, and its end as an end', async () => {
  let stream: import('node:http').ServerResponse | undefined;
  api.onRequest = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    stream = response;
  };
  const answer = await fetch(`${base}/api/events`);
  const reader = answer.body?.getReader();
  for (const event of ['one', 'two']) {
    stream?.write(event);
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(event);
  }
  stream?.end();
  expect((await reader?.read())?.done).toBe(true);
});

it('does not take a cut for an end', async () => {
  api.onRequest = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('begun', () => response.destroy());
  };
  const answer = await fetch(`${base}/api/events`);
  await expect(answer.text()).rejects.toThrow();
});

it('tells the API that a reader has gone', async () => {
  const gone = new Promise<void>((resolve) => {
    api.onRequest = (_, response) => {
      response.write('begun');
      response.on('close', resolve);
    };
  });
  const reader = get(`${base}/api/events`);
  reader.on('error', () => undefined);
  await once(reader, 'response');
  reader.destroy();
  await gone;
});

it('carries an upgraded connection both ways', async () => {
  api.server.on('upgrade', (_request, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('data', (chunk) => socket.write(`echo ${chunk}`));
  });
  const { socket, answer } = await raw(
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(await answer).toMatch(/^HTTP\/1\.1 101/);
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('echo hello');
  socket.destroy();
});

it('tells the API that a socket is suddenly gone', async () => {
  const gone = new Promise<void>((resolve) => {
    api.server.on('upgrade', (_request, socket: Socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('end', () => socket.end());
      socket.on('close', () => resolve());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.resume();
    });
  });
  const { socket, answer } = await raw(
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await answer;
  socket.resetAndDestroy();
  await gone;
});

it('answers a program with a problem while the API is away, and goes on when it is back', async () => {
  const back = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  gateway.point('api', null);
  const away = await fetch(`${base}/api/v1/setup`);
  expect([away.status, away.headers.get('retry-after'), ((await away.json()) as { code: string }).code]).toEqual([
    503,
    '1',
    'service.unavailable',
  ]);
  gateway.point('api', back);
  expect((await fetch(`${base}/api/v1/setup`)).status).toBe(200);
});

it('answers the same when the API died without a word', async () => {
  api.close();
  const answer = await fetch(`${base}/api/v1/setup`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
});

const closeWhenUsedAgain = (upstream: Upstream): void => {
  const used = new Set<Socket>();
  upstream.onRequest = (incoming, response) => {
    if (used.has(incoming.socket)) incoming.socket.destroy();
    else response.end('ok');
    used.add(incoming.socket);
  };
};

it('asks once more where a connection that was kept is closed as it is used again', async () => {
  closeWhenUsedAgain(web);
  const page = () => fetch(`${base}/script.js`).then(async (answer) => [answer.status, await answer.text()]);
  for (let i = 0; i < 4; i += 1) expect(await page()).toEqual([200, 'ok']);
  expect(web.seen.length).toBeGreaterThan(4);
});

it('asks only once for what changes something', async () => {
  closeWhenUsedAgain(api);
  const change = () => fetch(`${base}/api/v1/change`, { method: 'POST', body: '{}' }).then(({ status }) => status);
  expect([await change(), await change()]).toEqual([200, 503]);
  expect(api.seen).toHaveLength(2);
});

it('passes a body on as it comes', async () => {
  const first = new Promise<string>((resolve) => {
    api.onRequest = (incoming, response) => {
      incoming.once('data', (chunk) => resolve(String(chunk)));
      incoming.on('end', () => response.end());
    };
  });
  const sending = request(`${base}/api/upload`, { method: 'POST' });
  sending.write('the first part');
  expect(await first).toBe('the first part');
  sending.end();
  await once(sending, 'response');
});
