import { cloneDatabase } from './harness/databases.ts';
import { aUser } from './harness/people.ts';
import { rowsOf, sql } from './harness/sql.ts';
import { startTestApp } from './harness/test-app.ts';

it('deletes what nobody needs 30 days later, and nothing before', async () => {
  const database = await cloneDatabase();
  const start = () => startTestApp({ DATABASE_URL: database.url });
  try {
    const before = await start();
    const [old, fresh] = [await aUser(before), await aUser(before)];
    for (const [user, days] of [
      [old, 31],
      [fresh, 29],
    ] as const) {
      await sql(before, `UPDATE session SET expires_at = now() - make_interval(days => $2) WHERE account_id = $1`, [
        user.user.id,
        days,
      ]);
      await sql(before, `INSERT INTO login_failure (email, at) VALUES ($1, now() - make_interval(days => $2))`, [
        user.email,
        days,
      ]);
    }
    await before.close();
    const after = await start();
    let kept = await rowsOf(after, 'SELECT email FROM login_failure');
    for (const deadline = Date.now() + 5000; kept.length > 1 && Date.now() < deadline; )
      kept = await rowsOf(after, 'SELECT email FROM login_failure');
    await after.close();
    expect(kept).toEqual([{ email: fresh.email }]);
    expect(await rowsOf(before, 'SELECT account_id FROM session')).toEqual([{ account_id: fresh.user.id }]);
  } finally {
    await database.drop();
  }
});
