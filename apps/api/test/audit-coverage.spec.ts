import { randomUUID } from 'node:crypto';
import type {
  AuthResult,
  Connection,
  CreatedKey,
  Invitation,
  PasskeyAdded,
  PasskeyCreation,
  PasskeyRequest,
  ResetLink,
  Route,
  RouteName,
  TotpEnrolment,
} from '@chatbox/contracts';
import { ROUTES } from '@chatbox/contracts';
import type { ApiAnswer } from './harness/api.ts';
import { Browser } from './harness/browser.ts';
import { aUser, PASSWORD, type Person } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';
import { Authenticator } from './support/authenticator.ts';
import { aGuardedUser, challengeOf, totpCode } from './support/factors.ts';
import { MailServer } from './support/mail.ts';

const ORIGIN = 'https://chat.example.org';
/** Reading that is an event: something leaves the house, or somebody comes in. */
const READING: readonly RouteName[] = ['account.export', 'audit.export', 'usage.export', 'oidc.callback'];

let mail: MailServer;
let app: TestApp;
let owner: Person;
beforeAll(async () => {
  mail = await MailServer.open();
  app = await startTestApp({ PUBLIC_URL: ORIGIN, SMTP_URL: mail.url, MAIL_FROM: 'chat@example.org' });
  owner = await aUser(app);
});
afterAll(async () => {
  await app.close();
  await mail.close();
});

const call = <T = unknown>(name: RouteName, token: string | undefined, body?: object, id = ''): Promise<ApiAnswer<T>> =>
  app.api<T>(ROUTES[name].method, ROUTES[name].path.replace(':id', id), {
    ...(token && { token }),
    ...(body && { body }),
  });
const asOwner = (name: RouteName, body?: object) => (id?: string) => call(name, owner.token, body, id);
const page = () => new Browser({ api: app.api, url: ORIGIN });
const onPage = async <T>(name: RouteName, body?: object, token?: string, browser = page()): Promise<ApiAnswer<T>> =>
  browser.api<T>('POST', ROUTES[name].path, { ...(body && { body }), ...(token && { token }) });

type Act = () => Promise<{ status: number }>;
/** Somebody's id, and then something that the owner does to them. */
const toSomebody =
  (act: (id: string) => Promise<{ status: number }>, before = async (_: Person) => {}) =>
  async (): Promise<Act> => {
    const ann = await aUser(app);
    await before(ann);
    return () => act(ann.user.id);
  };
const setStatus = (status: string) => (ann: Person) =>
  sql(app, 'UPDATE account SET status = $2 WHERE id = $1', [ann.user.id, status]);
const aStick = async () => {
  const [ann, stick] = [await aUser(app), new Authenticator()];
  const add = async () => {
    const { body } = await onPage<PasskeyCreation>('passkeys.begin', undefined, ann.token);
    return onPage<PasskeyAdded>('passkeys.add', { passkey: stick.create(body, ORIGIN), name: 'x' }, ann.token);
  };
  return { ann, stick, add };
};
const aConnection = async (): Promise<string> => {
  const draft = { name: 'x', kind: 'openai', baseUrl: 'https://models.example.org/v1', key: 'a canary key' };
  return (await call<Connection>('connections.create', owner.token, draft)).body.id;
};
const aKey = async (who: Person): Promise<string> =>
  (await call<CreatedKey>('keys.create', who.token, { name: 'x', scopes: ['chat:read'] })).body.id;

/** What a route leaves in the audit log, and how it comes to succeed: first what goes before, then the call itself. */
const LEAVES: Partial<Record<RouteName, [action: string, prepare: () => Promise<Act>]>> = {
  'auth.register': [
    'person.registered',
    async () => () => call('auth.register', undefined, { email: `${randomUUID()}@example.org`, password: PASSWORD }),
  ],
  'auth.login': [
    'session.opened',
    async () => {
      const { email, password } = await aUser(app);
      return () => call('auth.login', undefined, { email, password });
    },
  ],
  'auth.login_factor': [
    'session.opened',
    async () => {
      const ann = await aGuardedUser(app);
      const challenge = await challengeOf(app, ann);
      return () => call('auth.login_factor', undefined, { challenge, totp: totpCode(ann.secret) });
    },
  ],
  'auth.login_passkey': [
    'session.opened',
    async () => {
      const { stick, add } = await aStick();
      await add();
      const browser = page();
      const { body } = await onPage<PasskeyRequest>('auth.login_passkey_options', undefined, undefined, browser);
      return () => onPage('auth.login_passkey', { passkey: stick.get(body, ORIGIN) }, undefined, browser);
    },
  ],
  'auth.logout': [
    'session.ended',
    async () =>
      (
        (ann) => () =>
          call('auth.logout', ann.token)
      )(await aUser(app)),
  ],
  'oidc.logout': [
    'session.ended',
    async () =>
      (
        (ann) => () =>
          call('oidc.logout', ann.token)
      )(await aUser(app)),
  ],
  'sessions.end': [
    'session.ended',
    async () => {
      const { email, password, token } = await aUser(app);
      const { body } = await call<AuthResult>('auth.login', undefined, { email, password });
      return () => call('sessions.end', token, undefined, body.session.id);
    },
  ],
  'sessions.end_others': [
    'session.ended',
    async () => {
      const { email, password, token } = await aUser(app);
      await call('auth.login', undefined, { email, password });
      return () => call('sessions.end_others', token);
    },
  ],
  'factors.confirm_totp': [
    'factor.totp_set',
    async () => {
      const ann = await aUser(app);
      const { body } = await call<TotpEnrolment>('factors.begin_totp', ann.token);
      return () => call('factors.confirm_totp', ann.token, { totp: totpCode(body.secret) });
    },
  ],
  'factors.remove_totp': [
    'factor.totp_removed',
    async () =>
      (
        (ann) => () =>
          call('factors.remove_totp', ann.token)
      )(await aGuardedUser(app)),
  ],
  'factors.make_recovery_codes': [
    'factor.recovery_codes_made',
    async () =>
      (
        (ann) => () =>
          call('factors.make_recovery_codes', ann.token)
      )(await aGuardedUser(app)),
  ],
  'passkeys.add': ['factor.passkey_added', async () => (await aStick()).add],
  'passkeys.remove': [
    'factor.passkey_removed',
    async () => {
      const { ann, add } = await aStick();
      const { body } = await add();
      return () => call('passkeys.remove', ann.token, undefined, body.passkey.id);
    },
  ],
  'account.change_password': [
    'person.password_changed',
    async () => {
      const { token } = await aUser(app);
      return () =>
        call('account.change_password', token, { currentPassword: PASSWORD, newPassword: `new ${PASSWORD}` });
    },
  ],
  'account.reset_password': [
    'person.password_reset',
    async () => {
      const ann = await aUser(app);
      const { body } = await call<ResetLink>('account.reset_link', owner.token, undefined, ann.user.id);
      const token = body.path.split('#token=')[1];
      return () => call('account.reset_password', undefined, { token, password: `new ${PASSWORD}` });
    },
  ],
  'account.verify_email': [
    'person.email_verified',
    async () => {
      const ann = await aUser(app);
      const { token } = await mail.to(ann.email, 'Confirm your e-mail');
      return () => call('account.verify_email', undefined, { token });
    },
  ],
  'account.export': [
    'person.exported',
    async () =>
      (
        (ann) => () =>
          call('account.export', ann.token)
      )(await aUser(app)),
  ],
  'account.delete': [
    'person.deleted_self',
    async () =>
      (
        (ann) => () =>
          call('account.delete', ann.token, { password: PASSWORD })
      )(await aUser(app)),
  ],
  'account.reset_link': ['person.reset_link_made', toSomebody(asOwner('account.reset_link'))],
  'oidc.unlink': [
    'person.identity_unlinked',
    async () => {
      const [ann, id] = [await aUser(app), randomUUID()];
      await sql(
        app,
        `INSERT INTO external_identity (id, issuer, subject, account_id) VALUES ($1, 'https://id.example', 'x', $2)`,
        [id, ann.user.id],
      );
      return () => call('oidc.unlink', ann.token, undefined, id);
    },
  ],
  'settings.update': ['settings.changed', async () => () => asOwner('settings.update', { registration: 'open' })()],
  'invitations.create': ['invitation.created', async () => () => asOwner('invitations.create', {})()],
  'invitations.revoke': [
    'invitation.revoked',
    async () => {
      const { body } = await call<Invitation>('invitations.create', owner.token, {});
      return () => asOwner('invitations.revoke')(body.id);
    },
  ],
  'people.update': ['person.role_changed', toSomebody(asOwner('people.update', { role: 'viewer' }))],
  'people.approve': ['person.approved', toSomebody(asOwner('people.approve'), setStatus('pending'))],
  'people.suspend': ['person.suspended', toSomebody(asOwner('people.suspend'))],
  'people.unsuspend': ['person.unsuspended', toSomebody(asOwner('people.unsuspend'), setStatus('suspended'))],
  'people.end_sessions': ['person.sessions_ended', toSomebody(asOwner('people.end_sessions'))],
  'people.remove': ['person.deleted', toSomebody(asOwner('people.remove'))],
  'people.reset_factors': [
    'person.factors_reset',
    async () =>
      (
        (ann) => () =>
          asOwner('people.reset_factors')(ann.user.id)
      )(await aGuardedUser(app)),
  ],
  'keys.create': [
    'key.created',
    async () => () => call('keys.create', owner.token, { name: 'x', scopes: ['chat:read'] }),
  ],
  'keys.revoke': [
    'key.revoked',
    async () => {
      const ann = await aUser(app);
      const id = await aKey(ann);
      return () => call('keys.revoke', ann.token, undefined, id);
    },
  ],
  'all_keys.revoke': [
    'key.revoked',
    async () =>
      (
        (id) => () =>
          asOwner('all_keys.revoke')(id)
      )(await aKey(await aUser(app))),
  ],
  'alerts.acknowledge': [
    'alert.acknowledged',
    async () => {
      const id = randomUUID();
      await sql(
        app,
        `INSERT INTO notice (id, kind, subject, severity, details) VALUES ($1, 'streams_lost', '', 'critical', '{"lost": 1}')`,
        [id],
      );
      return () => asOwner('alerts.acknowledge')(id);
    },
  ],
  'audit.export': ['audit.exported', async () => () => asOwner('audit.export')()],
  'usage.export': ['usage.exported', async () => () => asOwner('usage.export')()],
  'connections.create': [
    'connection.created',
    async () => () => asOwner('connections.create', { name: 'x', kind: 'anthropic', key: 'a canary key' })(),
  ],
  'connections.update': [
    'connection.changed',
    async () =>
      (
        (id) => () =>
          asOwner('connections.update', { enabled: false })(id)
      )(await aConnection()),
  ],
  'connections.remove': [
    'connection.removed',
    async () =>
      (
        (id) => () =>
          asOwner('connections.remove')(id)
      )(await aConnection()),
  ],
};

const LEAVES_NOTHING: Partial<Record<RouteName, string>> = {
  'auth.refresh': 'goes on with a session that was recorded; what ends it is (auth-sessions)',
  'auth.update_me': 'a name to be shown, which opens nothing',
  'auth.login_factor_options': 'a challenge; what is done with it is recorded',
  'auth.login_passkey_options': 'a challenge',
  'auth.fresh': 'changes nothing; what it was shown for is recorded',
  'auth.fresh_options': 'a challenge',
  'factors.begin_totp': 'counts once it is confirmed',
  'passkeys.begin': 'a challenge',
  'passkeys.rename': 'a name to be shown',
  'account.forgot_password':
    'nobody is known yet, and no answer may depend on the account; the new password is recorded',
  'account.send_verification': 'a letter; the address is recorded when it is verified',
  'account.change_email': 'a letter; the change is recorded when its link is used',
  'oidc.start': 'the callback is recorded',
  'oidc.link': 'the callback is recorded',
  'oidc.callback': 'needs a provider: recorded as session.opened and person.identity_linked (oidc)',
  'oidc.backchannel_logout': 'needs a provider: recorded as session.ended (oidc-logout)',
  'connections.try': 'keeps nothing',
  'connections.test': 'keeps nothing',
};

it('every route that changes access or settings has an entry', () => {
  const ours = Object.entries<Route>(ROUTES).filter(
    ([name, { method, path }]) =>
      /^\/api\/v1\/(auth|admin|keys)(\/|$)/.test(path) && (method !== 'GET' || READING.includes(name as RouteName)),
  );
  expect([...Object.keys(LEAVES), ...Object.keys(LEAVES_NOTHING)].sort()).toEqual(ours.map(([name]) => name).sort());
});

const entries = Object.entries(LEAVES).map(
  ([name, [action, prepare]]) => [name as RouteName, action, prepare] as const,
);
it.each(entries)('%s leaves %s in the audit log', async (name, action, prepare) => {
  const act = await prepare();
  const [last] = await rowsOf(app, 'SELECT coalesce(max(seq), 0) AS seq FROM audit');
  expect(await act()).toMatchObject({ status: ROUTES[name].status });
  const rows = await rowsOf(app, 'SELECT action, address, request_id FROM audit WHERE seq > $1', [last?.seq]);
  expect(rows).toContainEqual({ action, address: '127.0.0.1', request_id: expect.any(String) });
});

it('remembers five failures for one e-mail once, and no key of a connection', async () => {
  const email = `${randomUUID()}@example.org`;
  for (let i = 0; i < 8; i += 1) await call('auth.login', undefined, { email, password: 'wrong and long' });
  const blocked = await rowsOf(app, `SELECT target_id FROM audit WHERE action = 'sign_in.blocked'`);
  expect(blocked).toEqual([{ target_id: email }]);
  expect(JSON.stringify(await rowsOf(app, 'SELECT * FROM audit'))).not.toContain('canary');
});
