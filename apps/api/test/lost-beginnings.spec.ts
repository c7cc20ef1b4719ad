import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startTestApp } from './harness/test-app.ts';
import { aChat } from './support/chat.ts';

it('does not look for answers that the database was never asked to begin', async () => {
  const app = await startTestApp({ DATABASE_POOL_MAX: '2', DATABASE_CONNECT_SECONDS: '0.5' });
  const lock = new pg.Client({ connectionString: app.databaseUrl });
  const looking = new pg.Client({ connectionString: app.databaseUrl });
  try {
    await Promise.all([lock.connect(), looking.connect()]);
    const chat = await aChat(app);
    await lock.query('BEGIN');
    await lock.query('SELECT FROM conversation WHERE id = $1 FOR UPDATE', [chat.id]);
    // Two of them hold the only connections and wait in the database; the others wait for a connection, in vain.
    let refused = 0;
    const asked = Array.from({ length: 40 }, () =>
      chat.ask('count to 1').catch(() => {
        refused += 1;
      }),
    );
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while (refused < 38 || (await looking.query(waiting)).rowCount !== 2) await pause(10);
    await lock.query('COMMIT');
    await Promise.all(asked);
    const scans = async () => {
      const { rows } = await looking.query<{ scans: number }>(
        `SELECT (seq_scan + coalesce(idx_scan, 0))::int AS scans FROM pg_stat_user_tables WHERE relname = 'generation'`,
      );
      return rows[0]?.scans ?? 0;
    };
    const answered = `SELECT FROM generation WHERE status <> 'running'`;
    while ((await looking.query(answered)).rowCount === 0) await pause(20);
    const before = await scans();
    // Each look was one of them, twice a second for each answer; what is left is the search for orphans.
    await pause(4_000);
    expect((await scans()) - before).toBeLessThan(40);
  } finally {
    await Promise.all([lock.end(), looking.end()]);
    await app.close();
  }
});
