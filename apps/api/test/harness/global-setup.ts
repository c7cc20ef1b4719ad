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

/** One real PostgreSQL for the run, and one migrated database that every test application is a copy of. */
export default async function setUp(): Promise<void> {
  const run = await openRunFolder();
  const folder = join(await mkdtemp(join(tmpdir(), 'chatbox-test-')), 'data');
  await makeDataFolder(folder);
  const postgres = await startPostgres({ DATA_DIR: folder, DATABASE_URL: undefined });
  keep({
    close: async () => {
      await postgres.stop();
      await run.close();
    },
  });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  // Nothing here has to outlive the run.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await client.query(`ALTER SYSTEM SET ${setting} = off`);
  await client.query('SELECT pg_reload_conf()');
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const source = await openDatabase(FEW_CONNECTIONS, withDatabase(postgres.url, TEMPLATE));
  await migrate(source);
  await source.destroy();
  process.env[POSTGRES_URL] = postgres.url;
}
