import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { JournalStore } from '../src/chat/generations/journal-store.ts';
import type { Config } from '../src/config/config.ts';
import { cloneDatabase } from './harness/databases.ts';

/** The database's clock, as this test sets it: functions of `public` are found first. */
const CLOCK = `
  CREATE TABLE clock AS SELECT timestamptz '2026-01-01 00:00:59+00' AS now;
  CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT now FROM public.clock';
  DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$`;

let source: DataSource;
let writer: pg.Client;
let looking: pg.Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  const setUp = new pg.Client({ connectionString: database.url });
  await setUp.connect();
  await setUp.query(CLOCK);
  await setUp.end();
  source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  [writer, looking] = [0, 1].map(() => new pg.Client({ connectionString: database.url })) as [pg.Client, pg.Client];
  await Promise.all([writer.connect(), looking.connect()]);
});
afterAll(async () => {
  await Promise.all([source.destroy(), writer.end(), looking.end()]);
  await drop();
});

const journal = (frames: string) =>
  writer.query(
    `INSERT INTO journal (slot, node_id, epoch, frames)
     SELECT (extract(epoch FROM clock_timestamp())::bigint / 60) % 4, 'any', 1, $1`,
    [frames],
  );
const kept = async () =>
  (await looking.query('SELECT frames FROM journal ORDER BY seq')).rows.map(({ frames }) => frames);

it('empties the slot that comes next, of what nobody needs', async () => {
  await looking.query(`UPDATE clock SET now = '2026-01-01 00:01:00+00'`);
  await journal('old');
  await looking.query(`UPDATE clock SET now = '2026-01-01 00:04:30+00'`);
  await journal('current');
  await new JournalStore(source, { LEASE_SECONDS: 10 } as Config).emptyOldestSlot();
  expect(await kept()).toEqual(['current']);
  await writer.query('TRUNCATE journal');
});

it('empties nothing that was written while it waited for its turn', async () => {
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  for (let itsTurn = false; !itsTurn; ) {
    await looking.query(`UPDATE clock SET now = '2026-01-01 00:01:00+00'`);
    await journal('old');
    await looking.query(`UPDATE clock SET now = '2026-01-01 00:04:59+00'`);
    // The first row of the next minute, whose commit takes until that has come.
    await writer.query('BEGIN');
    await writer.query(`INSERT INTO journal (slot, node_id, epoch, frames) VALUES (1, 'any', 1, 'fresh')`);
    let gaveUp = false;
    const emptied = new JournalStore(source, { LEASE_SECONDS: 10 } as Config).emptyOldestSlot().catch(() => {
      gaveUp = true;
    });
    while (!gaveUp && (await looking.query(waiting)).rowCount === 0) await pause(2);
    await looking.query(`UPDATE clock SET now = '2026-01-01 00:05:00+00'`);
    await writer.query('COMMIT');
    await emptied;
    // After a tenth of a second, and then nothing was tried.
    itsTurn = !gaveUp;
    expect(await kept()).toContain('fresh');
  }
});
