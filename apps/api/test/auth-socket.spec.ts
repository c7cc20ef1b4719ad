import { CLOSE } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import { Browser } from './harness/browser.ts';
import { aUser, PASSWORD, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let ann: Person;
let cookie: string;
beforeAll(async () => {
  app = await startTestApp();
});
beforeEach(async () => {
  ann = await aUser(app);
  const browser = new Browser(app);
  await browser.api('POST', '/api/v1/auth/login', { body: { email: ann.email, password: PASSWORD } });
  cookie = browser.cookiesFor('/ws').cookie ?? '';
});
afterAll(() => app.close());

/** Says hello as soon as the socket opens; answers the first frame, or the code with which the server closed. */
const hello = (headers: Record<string, string>, token?: string) => {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, { headers });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const answered = new Promise<{ ok: boolean; error?: { code: string } }>((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ id: '1', type: 'hello', token })));
    socket.on('message', (data) => resolve(JSON.parse(String(data))));
    socket.on('error', reject);
  });
  return { socket, closed, answered, outcome: Promise.race([answered, closed]) };
};

describe('a socket', () => {
  it('knows a browser by its cookie when it comes from one of our pages', async () => {
    const { outcome, socket } = hello({ cookie, origin: app.url });
    expect(await outcome).toMatchObject({ ok: true, userId: ann.user.id });
    socket.terminate();
  });

  it('knows a program by its token', async () => {
    const { outcome, socket } = hello({}, ann.token);
    expect(await outcome).toMatchObject({ ok: true, userId: ann.user.id });
    socket.terminate();
  });

  it.each<[string, Record<string, string>]>([
    ['from another site', { origin: 'https://evil.example' }],
    ['from another port', { origin: 'http://127.0.0.1:1' }],
    ['from the null origin', { origin: 'null' }],
    ['from nowhere, but with a cookie', {}],
  ])('is refused %s', async (_, headers) => {
    await expect(hello({ cookie, ...headers }).outcome).rejects.toThrow('Unexpected server response: 403');
  });

  it('is refused without a name', async () => {
    for (const [headers, token] of [
      [{}],
      [{}, 'nonsense'],
      [{ origin: app.url, cookie: 'chatbox_access=nonsense' }],
    ] as const) {
      const { outcome, closed } = hello(headers, token);
      const first = await outcome;
      if (typeof first !== 'number') expect(first).toMatchObject({ ok: false, error: { code: 'auth.required' } });
      expect(await closed).toBe(CLOSE.unauthenticated);
    }
  });

  it('ends with the session', async () => {
    const program = hello({}, ann.token);
    const browser = hello({ cookie, origin: app.url });
    expect([await program.answered, await browser.answered]).toMatchObject([{ ok: true }, { ok: true }]);
    await app.api('POST', '/api/v1/auth/logout', { token: ann.token });
    expect(await program.closed).toBe(CLOSE.sessionEnded);
    expect(browser.socket.readyState).toBe(WebSocket.OPEN);
    browser.socket.terminate();
  });
});
