import { randomUUID } from 'node:crypto';
import type { Accepted, Message, Page, Problem } from '@chatbox/contracts';
import { type MockModel, startMockModel } from '../../../tools/mock-model/server.ts';
import { aUser, type Person } from './harness/people.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, readToEnd } from './support/chat.ts';

const SMALL = { RATE_LIMIT_MAX: '6', RATE_LIMIT_MAX_SIGNED_IN: '12', RATE_LIMIT_MAX_ENTRY: '4' };
const ME = '/api/v1/auth/me';
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

let app: TestApp;
/** Every test comes from an address of its own, so that none spends what is another's. */
let address: string;
let last = 0;
beforeAll(async () => {
  app = await startTestApp({ ...SMALL, TRUSTED_PROXIES: '127.0.0.0/8' });
});
beforeEach(() => {
  last += 1;
  address = `203.0.113.${last}`;
});
afterAll(() => app.close());

const statuses = async (times: number, ask: () => Promise<{ status: number }>): Promise<number[]> => {
  const seen: number[] = [];
  for (let i = 0; i < times; i += 1) seen.push((await ask()).status);
  return seen;
};
/** 1, 2, 3 … */
const counting = (): (() => number) => {
  let count = 0;
  return () => ++count;
};
const fill = (times: number, status: number): number[] => Array.from({ length: times }, () => status);

const registered = async (at: string) => {
  const answer = await app.api<{ accessToken: string }>('POST', '/api/v1/auth/register', {
    body: { email: `${randomUUID()}@example.org`, password: 'a long and quiet river' },
    ...from(at),
  });
  return answer.body.accessToken;
};

describe('an address without identity', () => {
  it('may ask so often and is then told when to come back', async () => {
    expect(await statuses(6, () => app.api('GET', ME, from(address)))).toEqual(fill(6, 401));
    const refused = await app.api<Problem>('GET', ME, from(address));
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'rate.limited', retry: true });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(890);
    expect(seconds).toBeLessThanOrEqual(900);
    expect(refused.body.retryAfterSeconds).toBe(seconds);
    expect(refused.headers.get('ratelimit-policy')).toBe('"requests";q=6;w=900');
    expect(refused.headers.get('ratelimit')).toBe(`"requests";r=0;t=${seconds}`);
  });

  it('is counted also when it brings tokens that are none', async () => {
    const guess = () => app.api('GET', ME, { token: `a.${randomUUID()}.b`, headers: { 'x-forwarded-for': address } });
    expect(await statuses(7, guess)).toEqual([...fill(6, 401), 429]);
  });

  it('does not take anything from the people behind the same address', async () => {
    const token = await registered(address);
    await statuses(8, () => app.api('GET', ME, from(address)));
    expect((await app.api('GET', ME, { token, ...from(address) })).status).toBe(200);
  });

  it('is an IPv6 network, not one of its 2^64 addresses', async () => {
    const host = counting();
    const ask = () => app.api('GET', ME, from(`2001:db8:0:${last}::${(host()).toString(16)}`));
    expect(await statuses(7, ask)).toEqual([...fill(6, 401), 429]);
    expect((await app.api('GET', ME, from(`2001:db8:1:${last}::1`))).status).toBe(401);
  });

  it('opens every page of everybody, far beyond its own requests', async () => {
    expect(await statuses(12, () => app.api('GET', '/api/v1/setup', from(address)))).toEqual(fill(12, 200));
    expect((await app.api('GET', '/api/v1/setup', from(address))).status).toBe(429);
  });

  it('may look at health and figures without end', async () => {
    expect(await statuses(30, () => app.api('GET', '/health/live'))).toEqual(fill(30, 200));
    expect(await statuses(30, () => app.api('GET', '/health/ready'))).toEqual(fill(30, 200));
    const health = await app.api('GET', '/health/live');
    expect(health.headers.get('ratelimit')).toBeNull();
  });
});

describe('a person', () => {
  it('has larger numbers, the same for all sessions and from all addresses', async () => {
    const token = await registered(address);
    const host = counting();
    const ask = () => app.api('GET', ME, { token, ...from(`198.51.100.${host()}`) });
    expect(await statuses(13, ask)).toEqual([...fill(12, 200), 429]);
    const refused = await app.api<Problem>('GET', ME, { token });
    expect(refused.headers.get('ratelimit-policy')).toBe('"requests";q=12;w=900');
  });
});

describe('a way in', () => {
  const login = (email: string, at: string) =>
    app.api<Problem>('POST', '/api/v1/auth/login', { body: { email, password: 'wrong and long' }, ...from(at) });

  it('has small numbers for an address, whatever the e-mails', async () => {
    const tries = () => login(`${randomUUID()}@example.org`, address);
    expect(await statuses(5, tries)).toEqual([...fill(4, 401), 429]);
    const refused = await tries();
    expect(refused.body.code).toBe('rate.limited');
    expect(refused.headers.get('ratelimit-policy')).toBe('"requests";q=6;w=900, "entry";q=4;w=900');
  });

  it('has small numbers for an e-mail, whatever the addresses and the spelling', async () => {
    const host = counting();
    const email = `${randomUUID()}@example.org`;
    const register = () =>
      app.api('POST', '/api/v1/auth/register', {
        body: { email: Math.random() < 0.5 ? ` ${email.toUpperCase()} ` : email, password: 'password' },
        ...from(`192.0.2.${host()}`),
      });
    expect(await statuses(6, register)).toEqual([...fill(5, 422), 429]);
    const failed = () => login(email, `192.0.2.${100 + host()}`);
    const answers = await statuses(6, failed);
    expect(answers).toEqual([...fill(5, 401), 429]);
  });
});

describe('HARDENING 41: the address of a client', () => {
  it('is what the trusted proxies say, read from their side', async () => {
    const chained = () =>
      app.api('GET', ME, from(`198.18.0.${Math.floor(Math.random() * 255)}, ${address}, 127.0.0.9`));
    expect(await statuses(7, chained)).toEqual([...fill(6, 401), 429]);
  });

  it.each(['x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip', 'x-client-ip'])(
    'is not what %s says',
    async (name) => {
      const value = () => (name === 'forwarded' ? `for=198.18.1.${last}` : `198.18.1.${Math.random()}`);
      const ask = () => app.api('GET', ME, { headers: { 'x-forwarded-for': address, [name]: value() } });
      expect(await statuses(7, ask)).toEqual([...fill(6, 401), 429]);
    },
  );

  it('is the peer where the peer is no trusted proxy', async () => {
    const open = await startTestApp({ ...SMALL, TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8' });
    try {
      const host = counting();
      const ask = () => open.api('GET', ME, from(`203.0.113.${host()}`));
      expect(await statuses(7, ask)).toEqual([...fill(6, 401), 429]);
    } finally {
      await open.close();
    }
  });
});

it('HARDENING 42: fifty sign-ins at once do not stall the rest', async () => {
  const usual = await startTestApp();
  try {
    const { email, password, token } = await aUser(usual);
    const logins = Array.from({ length: 50 }, () =>
      usual.api('POST', '/api/v1/auth/login', { body: { email, password } }),
    );
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      const began = performance.now();
      expect((await usual.api('GET', ME, { token })).status).toBe(200);
      waits.push(performance.now() - began);
    }
    expect(Math.max(...waits)).toBeLessThan(1500);
    const answered = await Promise.all(logins);
    // Each is let in, or asked to come back: none is lost, none is an error of the server.
    for (const { status } of answered) expect([200, 429, 503]).toContain(status);
    expect(answered.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  } finally {
    await usual.close();
  }
});

describe('answers in the making', () => {
  let busy: TestApp;
  let model: MockModel;
  beforeAll(async () => {
    model = await startMockModel();
    busy = await startTestApp({ CONCURRENT_GENERATIONS: '3', OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'x' });
  });
  afterAll(async () => {
    await busy.close();
    await model.close();
  });

  it('HARDENING 43: are as many as a person may have, exactly, however many are asked for in the same moment', async () => {
    const who = await aUser(busy);
    const chats = await Promise.all(Array.from({ length: 12 }, () => aChat(busy, who)));
    const answers = await Promise.all(chats.map(({ id }) => send(busy, who, id)));
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.map(({ status, body }) => [status, (body as Problem).code])).toEqual(
      Array.from({ length: 9 }, () => [429, 'generation.too_many']),
    );
    expect(refused[0]?.headers.get('retry-after')).toBe('5');
    const other = await aUser(busy);
    expect((await send(busy, other, (await aChat(busy, other)).id)).status).toBe(202);
  });

  it('make room when one ends, and what was refused has left nothing behind', async () => {
    const who = await aUser(busy);
    const chats = await Promise.all(Array.from({ length: 4 }, () => aChat(busy, who)));
    const running = await Promise.all(chats.slice(0, 3).map(({ id }) => send(busy, who, id)));
    const last = chats[3]?.id ?? '';
    expect((await send(busy, who, last)).status).toBe(429);
    const path = `/api/v1/conversations/${last}/messages`;
    expect((await busy.api<Page<Message>>('GET', path, { token: who.token })).body.items).toEqual([]);
    const { generation } = (running[0] as { body: Accepted }).body;
    await busy.api('POST', `/api/v1/generations/${generation.id}/stop`, { token: who.token });
    await readToEnd(busy, who.token, generation.id);
    expect((await send(busy, who, last)).status).toBe(202);
  });
});

const send = (to: TestApp, who: Person, conversationId: string) =>
  to.api<Accepted | Problem>('POST', `/api/v1/conversations/${conversationId}/messages`, {
    token: who.token,
    body: { clientMessageId: randomUUID(), content: '[[stall]]', model: 'openai/mock-small' },
  });
