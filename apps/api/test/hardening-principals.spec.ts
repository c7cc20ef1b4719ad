import { randomUUID } from 'node:crypto';
import {
  CLOSE,
  type CreatedKey,
  type ErrorCode,
  type Invitation,
  type Problem,
  ROUTES,
  type Route,
  type RouteName,
  roleMay,
} from '@chatbox/contracts';
import { aUser, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { aChat, follow } from './support/chat.ts';
import { RawSocket } from './support/raw-socket.ts';

/** Whose things a route touches. An id of Ann's, named here, is tried by somebody else; `own` never takes an id of anybody. */
type Entry = 'public' | 'own' | 'administration' | { of: keyof Things; stranger: ErrorCode };
interface Things {
  session: string;
  conversation: string;
  message: string;
  generation: string;
  key: string;
  nothing: string;
}

const TABLE: Record<RouteName, Entry> = {
  'setup.read': 'public',
  'auth.register': 'public',
  'auth.login': 'public',
  'auth.refresh': 'public',
  'auth.login_factor': 'public',
  'auth.login_factor_options': 'public',
  'auth.login_passkey': 'public',
  'auth.login_passkey_options': 'public',
  'auth.logout': 'own',
  'auth.me': 'own',
  'auth.update_me': 'own',
  'auth.fresh': 'own',
  'auth.fresh_options': 'own',
  'factors.read': 'own',
  'factors.begin_totp': 'own',
  'factors.confirm_totp': 'own',
  'factors.remove_totp': 'own',
  'factors.make_recovery_codes': 'own',
  'passkeys.begin': 'own',
  'passkeys.add': 'own',
  'passkeys.rename': { of: 'nothing', stranger: 'factor.not_found' },
  'passkeys.remove': { of: 'nothing', stranger: 'factor.not_found' },
  'people.reset_factors': 'administration',
  'sessions.list': 'own',
  'sessions.end_others': 'own',
  'sessions.end': { of: 'session', stranger: 'session.not_found' },
  'account.state': 'own',
  'account.change_password': 'own',
  'account.forgot_password': 'public',
  'account.reset_password': 'public',
  'account.send_verification': 'own',
  'account.change_email': 'own',
  'account.verify_email': 'public',
  'account.export': 'own',
  'account.delete': 'own',
  'account.reset_link': 'administration',
  'oidc.start': 'public',
  'oidc.callback': 'public',
  'oidc.link': 'own',
  'oidc.unlink': { of: 'nothing', stranger: 'oidc.not_linked' },
  'oidc.logout': 'own',
  'oidc.backchannel_logout': 'public',
  'settings.read': 'administration',
  'settings.update': 'administration',
  'invitations.list': 'administration',
  'invitations.create': 'administration',
  'invitations.revoke': 'administration',
  'people.list': 'administration',
  'people.read': 'administration',
  'people.update': 'administration',
  'people.approve': 'administration',
  'people.suspend': 'administration',
  'people.unsuspend': 'administration',
  'people.sessions': 'administration',
  'people.end_sessions': 'administration',
  'people.remove': 'administration',
  'keys.list': 'own',
  'keys.create': 'own',
  'keys.revoke': { of: 'key', stranger: 'key.not_found' },
  'all_keys.list': 'administration',
  'all_keys.revoke': 'administration',
  'audit.list': 'administration',
  'audit.export': 'administration',
  'audit.verify': 'administration',
  'cache.statistics': 'administration',
  'metrics.dashboard': 'administration',
  'usage.report': 'administration',
  'usage.export': 'administration',
  'models.list': 'own',
  'connections.list': 'administration',
  'connections.create': 'administration',
  'connections.update': 'administration',
  'connections.remove': 'administration',
  'connections.try': 'administration',
  'connections.test': 'administration',
  'local_servers.list': 'administration',
  'conversations.list': 'own',
  'conversations.create': 'own',
  'conversations.read': { of: 'conversation', stranger: 'conversation.not_found' },
  'conversations.update': { of: 'conversation', stranger: 'conversation.not_found' },
  'conversations.delete': { of: 'conversation', stranger: 'conversation.not_found' },
  'conversations.restore': { of: 'conversation', stranger: 'conversation.not_found' },
  'messages.list': { of: 'conversation', stranger: 'conversation.not_found' },
  'messages.send': { of: 'conversation', stranger: 'conversation.not_found' },
  'messages.regenerate': { of: 'message', stranger: 'message.not_found' },
  'generations.read': { of: 'generation', stranger: 'generation.not_found' },
  'generations.stop': { of: 'generation', stranger: 'generation.not_found' },
  'generations.events': { of: 'generation', stranger: 'generation.not_found' },
  'alerts.list': 'administration',
  'alerts.acknowledge': 'administration',
  'health.live': 'public',
  'health.startup': 'public',
  'health.ready': 'public',
};

const BODIES: Partial<Record<RouteName, () => object>> = {
  'messages.send': () => ({ clientMessageId: randomUUID(), content: 'mine now' }),
  'conversations.update': () => ({ title: 'mine now' }),
  'passkeys.rename': () => ({ name: 'mine now' }),
};

let app: TestApp;
let owner: Person;
let ann: Person;
let bob: Person;
let things: Things;
beforeAll(async () => {
  app = await startTestApp({ RATE_LIMIT_MAX: '100000', RATE_LIMIT_MAX_ENTRY: '1000' });
  owner = await aUser(app);
  [ann, bob] = [await aUser(app), await aUser(app)];
  const chat = await aChat(app, ann);
  const { message, generation } = await chat.ask('hello');
  const { body: key } = await app.api<CreatedKey>('POST', '/api/v1/keys', {
    token: ann.token,
    body: { name: 'x', scopes: ['chat:read'] },
  });
  const { body: sessions } = await app.api<{ items: { id: string }[] }>('GET', '/api/v1/auth/sessions', {
    token: ann.token,
  });
  things = {
    session: sessions.items[0]?.id ?? '',
    conversation: chat.id,
    message: message.id,
    generation: generation.id,
    key: key.id,
    nothing: randomUUID(),
  };
});
afterAll(() => app.close());

const names = Object.keys(ROUTES) as RouteName[];
const route = (name: RouteName): Route => ROUTES[name];
const closed = names.filter((name) => route(name).access !== 'public');
const call = (name: RouteName, token?: string, id: string = randomUUID()) => {
  const { method, path, body } = route(name);
  return app.api<Problem>(method, path.replace(':id', id), {
    token,
    ...(body && { body: BODIES[name]?.() ?? {} }),
  });
};
const within = async (milliseconds: number, ask: () => Promise<boolean>): Promise<boolean> => {
  const deadline = performance.now() + milliseconds;
  while (performance.now() < deadline) if (await ask()) return true;
  return false;
};

it('every route has an entry, and every entry says the same as the routes', () => {
  expect(Object.keys(TABLE).sort()).toEqual([...names].sort());
  for (const name of names) {
    const { access, path } = route(name);
    const entry = TABLE[name];
    expect({ name, public: access === 'public' }).toEqual({ name, public: entry === 'public' });
    const forMembers =
      access === 'user' || (typeof access === 'object' && roleMay('member', access.resource, access.action));
    if (access !== 'public') expect({ name, forMembers }).toEqual({ name, forMembers: entry !== 'administration' });
    if (forMembers) expect({ name, id: path.includes(':id') }).toEqual({ name, id: typeof entry === 'object' });
  }
});

describe('nobody', () => {
  it.each(closed)('is not let in: %s', async (name) => {
    expect(await call(name)).toMatchObject({ status: 401, body: { code: 'auth.required' } });
  });
});

describe('HARDENING 1: another person', () => {
  it.each(closed.filter((name) => typeof TABLE[name] === 'object'))(
    'does not find what is not theirs: %s',
    async (name) => {
      const entry = TABLE[name] as Exclude<Entry, string>;
      const { body } = await call(name, bob.token, things[entry.of]);
      // What wants a fresh proof first says so to everybody.
      expect([entry.stranger, 'auth.fresh_factor_required']).toContain(body.code);
    },
  );

  it.each(closed.filter((name) => TABLE[name] === 'administration'))('does not administer: %s', async (name) => {
    expect(await call(name, bob.token, ann.user.id)).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
  });

  it('does not get there by a socket either, and what was tried is written down', async () => {
    const socket = await RawSocket.of(app.url, bob.token);
    for (const [frame, code] of [
      [{ type: 'subscribe', conversationId: things.conversation }, 'conversation.not_found'],
      [{ type: 'stop', generationId: things.generation }, 'generation.not_found'],
      [
        { type: 'send', conversationId: things.conversation, clientMessageId: randomUUID(), content: 'x' },
        'conversation.not_found',
      ],
    ] as const)
      expect(await socket.ask(frame)).toMatchObject({ ok: false, error: { code } });
    socket.raw.close();
    const lines = await rowsOf(
      app,
      `SELECT DISTINCT target_kind, target_id FROM audit WHERE action = 'access.refused' AND actor_id = $1`,
      [bob.user.id],
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        { target_kind: 'conversation', target_id: things.conversation },
        { target_kind: 'generation', target_id: things.generation },
      ]),
    );
  });
});

it('HARDENING 3: a message takes no files along that it was not shown to own: it takes none', async () => {
  const chat = await aChat(app, bob);
  const files = { files: [randomUUID()], fileIds: [randomUUID()], attachments: [{ id: things.message }] };
  for (const [field, value] of Object.entries(files)) {
    const body = { clientMessageId: randomUUID(), content: 'x', [field]: value };
    const { status, body: problem } = await app.api<Problem>('POST', `/api/v1/conversations/${chat.id}/messages`, {
      token: bob.token,
      body,
    });
    expect({ field, status, code: problem.code }).toEqual({ field, status: 400, code: 'request.invalid' });
  }
  const socket = await RawSocket.of(app.url, bob.token);
  const frame = { type: 'send', conversationId: chat.id, clientMessageId: randomUUID(), content: 'x', ...files };
  expect(await socket.ask(frame)).toMatchObject({ ok: false, error: { code: 'request.invalid' } });
  socket.raw.close();
  expect((await call('messages.list', bob.token, chat.id)).body).toMatchObject({ items: [] });
});

it('HARDENING 4: who may only read edits nothing, over REST and socket', async () => {
  const reader = await aUser(app);
  const chat = await aChat(app, reader);
  const { message } = await chat.ask('before');
  const socket = await RawSocket.of(app.url, reader.token);
  await app.api('PATCH', `/api/v1/admin/people/${reader.user.id}`, { token: owner.token, body: { role: 'viewer' } });
  const send = { conversationId: chat.id, clientMessageId: randomUUID(), content: 'after' };
  expect(await within(1000, async () => (await call('conversations.create', reader.token)).status === 403)).toBe(true);
  expect(await socket.ask({ type: 'send', ...send })).toMatchObject({ ok: false, error: { code: 'auth.forbidden' } });
  for (const [name, id] of [
    ['messages.send', chat.id],
    ['messages.regenerate', message.id],
    ['conversations.update', chat.id],
    ['conversations.delete', chat.id],
    ['conversations.restore', chat.id],
  ] as const)
    expect(await call(name, reader.token, id)).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
  expect((await call('messages.list', reader.token, chat.id)).status).toBe(200);
  expect(await socket.ask({ type: 'subscribe', conversationId: chat.id })).toMatchObject({ ok: true });
  socket.raw.close();
});

describe('HARDENING 5: a body', () => {
  const withFields = names.filter((name) => {
    const { body } = route(name);
    return body && 'shape' in body;
  });
  it.each(withFields)('does not choose what is not the sender’s to choose: %s', async (name) => {
    const { method, path, body } = route(name);
    const own = Object.keys((body as unknown as { shape: object }).shape);
    for (const field of ['id', 'ownerId', 'accountId', 'role', 'status', 'createdAt'].filter(
      (field) => !own.includes(field),
    )) {
      const answer = await app.api<Problem>(method, path.replace(':id', randomUUID()), {
        token: owner.token,
        body: { ...BODIES[name]?.(), [field]: 'owner' },
      });
      expect({ field, status: answer.status }).toEqual({ field, status: expect.any(Number) });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
  });
});

describe('HARDENING 8: who is suspended', () => {
  const suspended = async (how: (id: string) => Promise<unknown>, stream: 'cut' | 'ended' = 'cut') => {
    const eve = await aUser(app);
    const { body: key } = await app.api<CreatedKey>('POST', '/api/v1/keys', {
      token: eve.token,
      body: { name: 'x', scopes: ['chat:read'] },
    });
    const chat = await aChat(app, eve);
    const { generation } = await chat.ask('tell me a long story');
    const sockets = [await RawSocket.of(app.url, eve.token), await RawSocket.of(app.url, key.key)];
    const streams = [eve.token, key.key].map(async (token) => {
      for await (const event of follow(app, token, generation.id)) if (event.type === 'end') return 'ended';
      return 'cut';
    });
    const began = performance.now();
    await how(eve.user.id);
    const codes = await Promise.all(sockets.map(async ({ closed }) => (await closed).code));
    const streamed = await Promise.all(streams.map((stream) => stream.catch(() => 'cut')));
    const took = performance.now() - began;
    expect(codes).toEqual([CLOSE.sessionEnded, CLOSE.sessionEnded]);
    expect(streamed).toEqual([stream, stream]);
    expect(took).toBeLessThan(1200);
    return { eve, key };
  };

  it('loses access token, refresh token, key, open sockets and streams within a second', async () => {
    const { eve, key } = await suspended((id) =>
      app.api('POST', `/api/v1/admin/people/${id}/suspend`, { token: owner.token }),
    );
    for (const name of closed)
      for (const token of [eve.token, key.key])
        expect(await call(name, token)).toMatchObject({ status: 401, body: { code: 'auth.required' } });
    const refreshed = await app.api('POST', '/api/v1/auth/refresh', { body: { refreshToken: eve.refreshToken } });
    expect(refreshed.status).toBe(401);
    const hello = await RawSocket.open(app.url);
    expect(await hello.ask({ type: 'hello', token: eve.token })).toMatchObject({ ok: false });
    expect((await hello.closed).code).toBe(CLOSE.unauthenticated);
  });

  it('loses them also where no hint comes', async () => {
    await suspended((id) => sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [id]));
  });

  it('and so does who is deleted', async () => {
    // Their answers are stopped before, which a reader is told.
    const remove = (id: string) => app.api('DELETE', `/api/v1/admin/people/${id}`, { token: owner.token });
    await suspended(remove, 'ended');
  });
});

describe('HARDENING 9: a demoted administrator', () => {
  it('loses every right of the administration within a second, with the token and socket of before', async () => {
    const admin = await aUser(app);
    const role = (role: string) =>
      app.api('PATCH', `/api/v1/admin/people/${admin.user.id}`, { token: owner.token, body: { role } });
    await role('admin');
    expect(await within(1000, async () => (await call('people.list', admin.token)).status === 200)).toBe(true);
    const invitation = await app.api<Invitation>('POST', '/api/v1/admin/invitations', { token: admin.token, body: {} });
    expect(invitation.status).toBe(201);
    await role('member');
    expect(await within(1000, async () => (await call('people.list', admin.token)).status === 403)).toBe(true);
    for (const name of closed.filter((name) => TABLE[name] === 'administration'))
      expect(await call(name, admin.token, ann.user.id)).toMatchObject({
        status: 403,
        body: { code: 'auth.forbidden' },
      });
  });
});

describe('HARDENING 10: an id', () => {
  it.each(closed.filter((name) => route(name).path.includes(':id')))(
    'that is none is never the first row: %s',
    async (name) => {
      for (const id of ['null', 'undefined', '1', '[object Object]', '{}', '*', "' OR ''='"]) {
        const { status } = await call(name, owner.token, encodeURIComponent(id));
        expect([400, 403, 404]).toContain(status);
      }
    },
  );
});
