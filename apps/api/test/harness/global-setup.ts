import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openRunFolder } from '../../../../tools/test/run-folder.ts';
import { makeDataFolder } from '../../src/database/data-folder.ts';
import { migrate, openDatabase } from '../../src/database/database.ts';
import { startPostgres } from '../../src/database/embedded-postgres.ts';
import { FEW_CONNECTIONS } from '../../src/database/pool-options.ts';
import { POSTGRES_URL, TEMPLATE, withDatabase } from './databases.ts';
import { keep } from './global-life.ts';
import { startHosts } from './hosts.ts';

/** One real PostgreSQL for the run, and one migrated database that every test application is a copy of. */
export default async function setUp({ maxWorkers }: { maxWorkers: number }): Promise<void> {
  const run = await openRunFolder();
  const folder = join(await mkdtemp(join(tmpdir(), 'chatbox-test-')), 'data');
  await makeDataFolder(folder);
  const settings = { DATA_DIR: folder, DATABASE_URL: undefined };
  const first = await startPostgres(settings);
  await asSuperuser(first.url, [
    // Nothing here has to outlive the run.
    'ALTER SYSTEM SET fsync = off',
    'ALTER SYSTEM SET synchronous_commit = off',
    'ALTER SYSTEM SET full_page_writes = off',
    // Dozens of applications with a pool each, where a laptop has one.
    'ALTER SYSTEM SET max_connections = 180',
    `CREATE DATABASE ${TEMPLATE}`,
  ]);
  await first.stop();
  const postgres = await startPostgres(settings);
  const hosts = await startHosts(maxWorkers);
  keep({
    close: async () => {
      hosts.close();
      await postgres.stop();
      await run.close();
    },
  });
  const source = await openDatabase(FEW_CONNECTIONS, withDatabase(postgres.url, TEMPLATE));
  await migrate(source);
  await source.destroy();
  process.env[POSTGRES_URL] = postgres.url;
}

const asSuperuser = async (url: string, statements: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
};
