import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Variable of the environment in which the set-up tells the workers where the server is. */
export const POSTGRES_URL = 'CHATBOX_TEST_POSTGRES_URL';
export const TEMPLATE = 'chatbox_template';

export const withDatabase = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
};

const asAdministrator = async (statement: string): Promise<void> => {
  const url = process.env[POSTGRES_URL];
  if (!url) throw new Error('The tests of the API run by `npm run test:api`, which starts their PostgreSQL');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** A fresh copy of the migrated template, and the way to be rid of it. */
export const cloneDatabase = async (): Promise<{ url: string; drop(): Promise<void> }> => {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return {
    url: withDatabase(process.env[POSTGRES_URL] ?? '', name),
    drop: () => asAdministrator(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
};
