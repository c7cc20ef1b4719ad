import { DataSource } from 'typeorm';
import type { Logger } from '../common/logger.ts';
import { StartError } from '../common/start-error.ts';
import type { ConfigValues } from '../config/config.ts';
import type { Tracing } from '../metrics/tracing/tracing.ts';
import { FirstSchema1700000000001 } from './migrations/0001-first-schema.ts';
import { Rights1700000000002 } from './migrations/0002-rights.ts';
import { Factors1700000000003 } from './migrations/0003-factors.ts';
import { MailAndOidc1700000000004 } from './migrations/0004-mail-and-oidc.ts';
import { Limits1700000000005 } from './migrations/0005-limits.ts';
import { LoginTries1700000000006 } from './migrations/0006-login-tries.ts';
import { ManyNodes1700000000007 } from './migrations/0007-many-nodes.ts';
import { Dashboard1700000000008 } from './migrations/0008-dashboard.ts';
import { Notices1700000000009 } from './migrations/0009-notices.ts';
import { Identity1700000000010 } from './migrations/0010-identity.ts';
import { type PoolConfig, poolOptions } from './pool-options.ts';
import { SlowQueries } from './slow-queries.ts';
import { clientFor } from './traced-client.ts';

/** Any number: every process of ours that migrates takes the same lock. */
const MIGRATION_LOCK = 4_242_001;

/** Opens the pool. Connections are made when first needed; `url` is the embedded server's where DATABASE_URL is not given. */
export const openDatabase = async (
  config: PoolConfig & Pick<ConfigValues, 'DATABASE_SLOW_MILLISECONDS'>,
  url: string,
  watched: { logger?: Pick<Logger, 'warn'>; tracing?: Tracing } = {},
): Promise<DataSource> => {
  const { logger, tracing } = watched;
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [
      FirstSchema1700000000001,
      Factors1700000000003,
      Rights1700000000002,
      MailAndOidc1700000000004,
      Limits1700000000005,
      LoginTries1700000000006,
      ManyNodes1700000000007,
      Dashboard1700000000008,
      Notices1700000000009,
      Identity1700000000010,
    ],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    poolSize: config.DATABASE_POOL_MAX,
    applicationName: 'chatbox',
    extra: { Client: clientFor(tracing), ...poolOptions(config) },
    ...(logger && { logger: new SlowQueries(logger), maxQueryExecutionTime: config.DATABASE_SLOW_MILLISECONDS }),
  });
  return source.initialize();
};

/** Brings the schema up to this version; only one process does it at a time, the others wait and find it done. */
export const migrate = async (source: DataSource): Promise<string[]> => {
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    refuseNewerData(source, await appliedMigrations(source));
    const done = await source.runMigrations();
    return done.map(({ name }) => name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
  }
};

/** Migrations this version knows. */
export const ownMigrations = (source: DataSource): string[] =>
  source.migrations.map((migration) => migration.name ?? migration.constructor.name);

/** Migrations the database has seen, the first one first. */
export const appliedMigrations = async (source: DataSource): Promise<string[]> => {
  const [table] = await source.query<{ exists: boolean }[]>(`SELECT to_regclass('migration') IS NOT NULL AS exists`);
  if (!table?.exists) return [];
  const rows = await source.query<{ name: string }[]>('SELECT name FROM migration ORDER BY timestamp');
  return rows.map(({ name }) => name);
};

/** Data that a newer version has changed could be damaged by this one. */
const refuseNewerData = (source: DataSource, applied: string[]): void => {
  const own = new Set(ownMigrations(source));
  const unknown = applied.filter((name) => !own.has(name));
  if (unknown.length === 0) return;
  throw new StartError(
    `The data is from a newer version of Chatbox (it has ${unknown.join(', ')}). Start that version, or restore a backup of this one.`,
  );
};
