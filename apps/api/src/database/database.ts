import { DataSource } from 'typeorm';
import type { ConfigValues } from '../config/config.ts';
import { FirstSchema1700000000001 } from './migrations/0001-first-schema.ts';

/** Any number: every process of ours that migrates takes the same lock. */
const MIGRATION_LOCK = 4_242_001;

/** Opens the pool. Connections are made when first needed; `url` is the embedded server's where DATABASE_URL is not given. */
export const openDatabase = async (
  config: Pick<ConfigValues, 'DATABASE_POOL_MAX'>,
  url: string,
): Promise<DataSource> => {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [FirstSchema1700000000001],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    poolSize: config.DATABASE_POOL_MAX,
    applicationName: 'chatbox',
    extra: { idleTimeoutMillis: 30_000, connectionTimeoutMillis: 5_000 },
  });
  return source.initialize();
};

/** Brings the schema up to this version; only one process does it at a time, the others wait and find it done. */
export const migrate = async (source: DataSource): Promise<string[]> => {
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await source.runMigrations();
    return done.map(({ name }) => name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
  }
};
