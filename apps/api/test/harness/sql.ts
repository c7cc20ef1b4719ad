import pg from 'pg';
import type { TestApp } from './test-app.ts';

/** For what no door can do: let time pass, or suspend somebody. */
export const sql = async (
  app: Pick<TestApp, 'databaseUrl'>,
  statement: string,
  values: unknown[] = [],
): Promise<void> => {
  await rowsOf(app, statement, values);
};

/** For what no door shows, such as that something was deleted. */
export const rowsOf = async (
  app: Pick<TestApp, 'databaseUrl'>,
  statement: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
};

/** Begins `work` while a lock is held, and lets it go when that many connections wait, so that a race happens every time. */
export const whileLocked = async <T>(
  app: Pick<TestApp, 'databaseUrl'>,
  lock: string,
  waiting: number,
  work: () => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(lock);
    const outcome = work();
    outcome.catch(() => undefined);
    const deadline = Date.now() + 5000;
    for (let seen = 0; seen < waiting; ) {
      if (Date.now() > deadline) throw new Error(`${seen} of ${waiting} connections wait for the lock`);
      const { rows } = await client.query(
        `SELECT count(*)::int AS seen FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE NOT l.granted AND a.datname = current_database()`,
      );
      seen = rows[0].seen;
    }
    await client.query('COMMIT');
    return await outcome;
  } finally {
    await client.end();
  }
};
