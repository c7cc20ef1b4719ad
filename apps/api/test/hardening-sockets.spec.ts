import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { CLOSE } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import { Browser } from './harness/browser.ts';
import { aUser, PASSWORD, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat } from './support/chat.ts';
import { RawSocket } from './support/raw-socket.ts';

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp({ SOCKETS_PER_PERSON: '3', REQUEST_TIMEOUT_SECONDS: '1' });
});
beforeEach(async () => {
  ann = await aUser(app);
});
afterAll(() => app.close());

const isAlive = async (): Promise<void> => {
  expect((await app.api('GET', '/api/v1/auth/me', { token: ann.token })).status).toBe(200);
};
const raw = async (): Promise<Socket> => {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};
/** A handshake without a library, so that what follows may be as wrong as it likes. */
const upgraded = async (headers = ''): Promise<{ socket: Socket; head: string }> => {
  const socket = await raw();
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${new URL(app.url).host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
  );
  const [chunk] = await once(socket, 'data');
  return { socket, head: String(chunk) };
};
/** RFC 6455 5.2, with a mask of zeroes. */
const frame = (opcode: number, payload: Buffer, fin = true): Buffer => {
  const head = Buffer.alloc(14);
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
};
/** The code in the server's close frame. */
const closeCode = async (socket: Socket): Promise<number> => {
  let all = Buffer.alloc(0);
  for await (const chunk of socket) all = Buffer.concat([all, chunk as Buffer]);
  for (let at = 0; at + 4 <= all.length; at += 2 + ((all[at + 1] ?? 0) & 0x7f))
    if (all[at] === 0x88) return all.readUInt16BE(at + 2);
  return 0;
};

describe('HARDENING 40', () => {
  it('a flood of frames closes its own socket, and nothing else', async () => {
    const calm = await RawSocket.of(app.url, ann.token);
    const flood = await RawSocket.of(app.url, ann.token);
    // Each waits for its answer, so that it is the number in a second that counts and not what waits.
    const closed = flood.closed.then(({ code }) => code);
    let outcome: unknown;
    for (let i = 0; i < 5_000 && typeof outcome !== 'number'; i += 1)
      outcome = await Promise.race([flood.ask({ type: 'ping' }), closed]);
    expect(outcome).toBe(CLOSE.flooding);
    expect(flood.frames.length).toBeLessThan(600);
    expect(await calm.ask({ type: 'ping' })).toMatchObject({ ok: true });
    calm.raw.terminate();
  });

  it('what waits to be done is bounded by its size', async () => {
    const socket = await RawSocket.of(app.url, ann.token);
    const { id: conversationId } = await aChat(app, ann);
    // Each is well-formed, and each waits for the one before.
    for (let i = 0; i < 30; i += 1)
      socket.raw.send(
        JSON.stringify({
          id: `s${i}`,
          type: 'send',
          conversationId,
          clientMessageId: crypto.randomUUID(),
          content: 'x'.repeat(199_000),
        }),
      );
    expect((await socket.closed).code).toBe(CLOSE.flooding);
    await isAlive();
  });

  it('a frame of 16 MB is refused by its head, before it is read', async () => {
    const { socket } = await upgraded();
    const head = frame(1, Buffer.alloc(0));
    head.writeBigUInt64BE(16n * 1024n * 1024n, 2);
    socket.write(head);
    expect(await closeCode(socket)).toBe(1009);
    await isAlive();
  });

  it('endless fragments are ended', async () => {
    const { socket } = await upgraded();
    socket.write(frame(1, Buffer.from('{'), false));
    const pour = setInterval(() => {
      for (let i = 0; i < 100; i += 1) socket.write(frame(0, Buffer.from(' '), false));
    }, 5);
    expect([1008, 1009]).toContain(await closeCode(socket));
    clearInterval(pour);
    await isAlive();
  });

  it('binary, reserved and broken frames end the socket, not the process', async () => {
    for (const bytes of [
      frame(2, Buffer.from('x')),
      frame(3, Buffer.from('x')),
      frame(1, Buffer.from([0xff, 0xfe])),
      randomBytes(64),
    ]) {
      const { socket } = await upgraded();
      socket.end(bytes);
      await closeCode(socket);
    }
    await isAlive();
  });

  it('headers and bodies that come a byte at a time are given up', async () => {
    for (const beginning of [
      'GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    ]) {
      const socket = await raw();
      const began = performance.now();
      socket.write(beginning);
      const drip = setInterval(() => socket.write('a'), 100);
      const [chunk] = await once(socket, 'data');
      expect(String(chunk)).toMatch(/^HTTP\/1\.1 408/);
      clearInterval(drip);
      socket.destroy();
      expect(performance.now() - began).toBeLessThan(8_000);
    }
    await isAlive();
  });

  it('headers beyond all measure are refused', async () => {
    const socket = await raw();
    socket.write(`GET /health/live HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(20_000)}\r\n`);
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 431/);
    socket.destroy();
    await isAlive();
  });

  it('a person has so many sockets and no more, and one that closes makes room', async () => {
    const open = await Promise.all([1, 2, 3].map(() => RawSocket.of(app.url, ann.token)));
    const fourth = await RawSocket.open(app.url);
    expect(await fourth.ask({ type: 'hello', token: ann.token })).toMatchObject({
      ok: false,
      error: { code: 'rate.limited' },
    });
    expect((await fourth.closed).code).toBe(CLOSE.tooManySockets);
    const other = await aUser(app);
    (await RawSocket.of(app.url, other.token)).raw.terminate();
    // Saying hello again is no second socket.
    for (let i = 0; i < 5; i += 1)
      expect(await open[0]?.ask({ type: 'hello', token: ann.token })).toMatchObject({ ok: true });
    open[0]?.raw.close();
    await open[0]?.closed;
    let again: RawSocket | undefined;
    // The server hears of the end a moment after the client.
    while (again?.raw.readyState !== WebSocket.OPEN || again.frames[0]?.ok !== true) {
      again = await RawSocket.open(app.url);
      await again.ask({ type: 'hello', token: ann.token });
      if (again.frames[0]?.ok !== true) await again.closed;
    }
    for (const socket of [...open, again]) socket.raw.terminate();
  });
});

describe('HARDENING 44', () => {
  let cookie: string;
  beforeEach(async () => {
    const browser = new Browser(app);
    await browser.api('POST', '/api/v1/auth/login', { body: { email: ann.email, password: PASSWORD } });
    cookie = browser.cookiesFor('/ws').cookie ?? '';
  });

  it.each([
    ['of another site', 'Origin: https://evil.example\r\n'],
    ['of another port', 'Origin: http://127.0.0.1:1\r\n'],
    ['that looks alike', 'Origin: http://127.0.0.1.evil.example\r\n'],
    ['null', 'Origin: null\r\n'],
    ['null without a cookie', 'Origin: null\r\n'],
    ['that is empty', 'Origin: \r\n'],
    ['that is absent, with a cookie', ''],
    ['by the old name, with a cookie', 'Sec-WebSocket-Origin: http://localhost\r\n'],
  ])('a handshake with an origin %s is answered 403', async (name, origin) => {
    const { socket, head } = await upgraded(`${name.includes('without') ? '' : `Cookie: ${cookie}\r\n`}${origin}`);
    expect(head).toMatch(/^HTTP\/1\.1 403/);
    socket.destroy();
  });

  it('a handshake of our own page is let through, and of a program that has no cookie', async () => {
    for (const headers of [`Cookie: ${cookie}\r\nOrigin: ${app.url}\r\n`, '']) {
      const { socket, head } = await upgraded(headers);
      expect(head).toMatch(/^HTTP\/1\.1 101/);
      socket.destroy();
    }
  });

  it('what is no handshake, or of another path, ends without harm', async () => {
    for (const line of ['GET /ws/../api HTTP/1.1', 'GET //ws HTTP/1.1', 'POST /ws HTTP/1.1']) {
      const socket = await raw();
      socket.write(
        `${line}\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
      const first = await Promise.race([
        once(socket, 'data').then(([chunk]) => String(chunk)),
        once(socket, 'close').then(() => ''),
      ]);
      expect(first).not.toMatch(/^HTTP\/1\.1 101/);
      socket.destroy();
    }
    await isAlive();
  });
});

describe('HARDENING 45 and 46', () => {
  it('every frame before hello is refused as nobody’s', async () => {
    const socket = await RawSocket.open(app.url);
    const { id: conversationId } = await aChat(app, ann);
    for (const frame of [
      { type: 'subscribe', conversationId },
      { type: 'unsubscribe', conversationId },
      { type: 'send', conversationId, clientMessageId: crypto.randomUUID(), content: 'x' },
      { type: 'stop', generationId: conversationId },
    ])
      expect(await socket.ask(frame)).toMatchObject({ ok: false, error: { code: 'auth.required' } });
    socket.raw.terminate();
  });

  it('ids of others are as unknown as ids of nobody', async () => {
    const bob = await aUser(app);
    const theirs = await aChat(app, bob);
    const { generation } = await theirs.ask('hello');
    const socket = await RawSocket.of(app.url, ann.token);
    for (const conversationId of [theirs.id, crypto.randomUUID()])
      for (const frame of [
        { type: 'subscribe', conversationId },
        { type: 'send', conversationId, clientMessageId: crypto.randomUUID(), content: 'x' },
      ])
        expect(await socket.ask(frame)).toMatchObject({ ok: false, error: { code: 'conversation.not_found' } });
    for (const generationId of [generation.id, crypto.randomUUID()])
      expect(await socket.ask({ type: 'stop', generationId })).toMatchObject({
        ok: false,
        error: { code: 'generation.not_found' },
      });
    socket.raw.terminate();
  });

  it('places of others tell nothing to who subscribes to their own', async () => {
    const bob = await aUser(app);
    const theirs = await aChat(app, bob);
    const { generation } = await theirs.ask('[[text:a secret of Bob]]');
    const mine = await aChat(app, ann);
    const socket = await RawSocket.of(app.url, ann.token);
    const places = [{ generationId: generation.id, attempt: 0, position: 0 }];
    expect(await socket.ask({ type: 'subscribe', conversationId: mine.id, places })).toMatchObject({ ok: true });
    await socket.ask({ type: 'ping' });
    expect(socket.frames.filter(({ generationId }) => generationId === generation.id)).toEqual([]);
    socket.raw.terminate();
  });

  it('nothing comes any more once the session has ended', async () => {
    const chat = await aChat(app, ann);
    const socket = await RawSocket.of(app.url, ann.token);
    await socket.ask({ type: 'subscribe', conversationId: chat.id });
    await app.api('POST', '/api/v1/auth/logout', { token: ann.token });
    expect((await socket.closed).code).toBe(CLOSE.sessionEnded);
    const again = await RawSocket.open(app.url);
    expect(await again.ask({ type: 'hello', token: ann.token })).toMatchObject({ ok: false });
    expect((await again.closed).code).toBe(CLOSE.unauthenticated);
  });
});
