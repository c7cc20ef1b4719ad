import { type CreatedKey, RIGHTS, ROLES, type Role, roleMay } from '@chatbox/contracts';
import type { Engine } from '@chatbox/engine';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.ts';
import { Rights } from '../src/auth/rights/rights.ts';
import { openDatabase } from '../src/database/database.ts';
import { openEngine } from '../src/engine/engine.module.ts';
import { openTelemetry } from '../src/metrics/telemetry.ts';
import { aUser, type Person } from './harness/people.ts';
import { sql } from './harness/sql.ts';
import { startTestApp, type TestApp } from './harness/test-app.ts';

let app: TestApp;
let source: DataSource;
let engine: Engine;
let nest: INestApplicationContext;
let rights: Rights;
const people = new Map<Role, Person>();
beforeAll(async () => {
  app = await startTestApp();
  const { config } = app;
  source = await openDatabase(config, app.databaseUrl);
  const { logger, metrics, tracing } = await openTelemetry({ ...config, LOG_LEVEL: 'silent' });
  engine = await openEngine(config, logger, tracing);
  // As another program of the same installation would have it: without a door of its own.
  nest = await NestFactory.createApplicationContext(
    AppModule.with({ config, logger, metrics, tracing, source, engine }),
    {
      logger: false,
    },
  );
  rights = nest.get(Rights, { strict: false });
  for (const role of ROLES) {
    const person = await aUser(app);
    await sql(app, 'UPDATE account SET role = $2 WHERE id = $1', [person.user.id, role]);
    people.set(role, person);
  }
});
afterAll(async () => {
  await nest.close();
  await engine.close();
  await source.destroy();
  await app.close();
});

const token = (role: Role): string => people.get(role)?.token ?? '';
const every = Object.entries(RIGHTS).flatMap(([resource, actions]) =>
  Object.keys(actions).map((action) => [resource, action] as const),
);
const refused = (code: string) => expect.objectContaining({ code });
const within = async (milliseconds: number, ask: () => Promise<unknown>, code: string): Promise<void> => {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const outcome = await ask().then(
      () => 'allowed',
      (error: { code: string }) => error.code,
    );
    if (outcome === code) return;
    if (performance.now() > deadline) throw new Error(`still ${outcome}`);
  }
};

describe('authorize(token, resource, action)', () => {
  it.each(every)('lets those in whom the table names, and says who they are: %s %s', async (resource, action) => {
    for (const role of ROLES) {
      const asked = rights.authorize(token(role), resource, action);
      if (roleMay(role, resource, action))
        expect(await asked).toMatchObject({ role, userId: people.get(role)?.user.id, email: people.get(role)?.email });
      else await expect(asked).rejects.toEqual(refused('auth.forbidden'));
    }
  });

  it.each([
    ['nothing', 'read'],
    ['conversations', 'own'],
    ['', ''],
    ['__proto__', 'toString'],
    ['constructor', 'name'],
    ['conversations', '__proto__'],
  ])('allows nobody what the table does not know: %j %j', async (resource, action) => {
    await expect(rights.authorize(token('owner'), resource, action)).rejects.toEqual(refused('auth.forbidden'));
  });

  it.each(['', 'nonsense', 'a.b.c', 'cbx_0123456789'])('knows nobody by %j', async (nobody) => {
    await expect(rights.authorize(nobody, 'profile', 'read')).rejects.toEqual(refused('auth.required'));
  });

  it('holds a key to its scopes', async () => {
    const { body } = await app.api<CreatedKey>('POST', '/api/v1/keys', {
      token: token('owner'),
      body: { name: 'x', scopes: ['chat:read'] },
    });
    expect((await rights.authorize(body.key, 'conversations', 'read')).key).toMatchObject({ id: body.id });
    await expect(rights.authorize(body.key, 'settings', 'read')).rejects.toEqual(refused('auth.forbidden'));
  });

  it('counts a demotion, a suspension and a logout within a second, with the token of before', async () => {
    const [demoted, suspended, left] = [await aUser(app), await aUser(app), await aUser(app)];
    const send = (person: Person) => () => rights.authorize(person.token, 'messages', 'send');
    for (const person of [demoted, suspended, left]) await send(person)();
    await sql(app, `UPDATE account SET role = 'viewer' WHERE id = $1`, [demoted.user.id]);
    await sql(app, `UPDATE account SET status = 'suspended' WHERE id = $1`, [suspended.user.id]);
    await app.api('POST', '/api/v1/auth/logout', { token: left.token });
    await within(1200, send(demoted), 'auth.forbidden');
    await within(1200, send(suspended), 'auth.required');
    await within(1200, send(left), 'auth.required');
  });
});
