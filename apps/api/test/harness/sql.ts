import pg from 'pg';
import type { TestApp } from './test-app.ts';

/** For what no door can do: let time pass, or suspend somebody. Never to look whether a promise was kept. */
export const sql = async (
  app: Pick<TestApp, 'databaseUrl'>,
  statement: string,
  values: unknown[] = [],
): Promise<void> => {
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  try {
    await client.query(statement, values);
  } finally {
    await client.end();
  }
};
