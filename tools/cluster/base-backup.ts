import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { databaseAccount, makeFolderFor, removeFolder } from '../../apps/api/src/database/database-user.ts';

/** What belongs to the server that was copied, not to its data: postmaster's files, its log, and WAL, which streams. */
const NOT_DATA = ['postmaster.pid', 'postmaster.opts', 'log', 'pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_stat_tmp'];
const EMPTY_FOLDERS = [
  'pg_wal',
  'pg_wal/archive_status',
  'pg_wal/summaries',
  'pg_replslot',
  'pg_dynshmem',
  'pg_stat_tmp',
];

/**
 * A running primary copied into a new folder, as a standby of it. The low-level way of the manual
 * (https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP), because the programs
 * that come from npm are without pg_basebackup; both servers are on this machine, so a copy is a copy.
 */
export const baseBackup = async (primaryUrl: string, from: string, to: string, standbyName: string): Promise<void> => {
  const client = new pg.Client(primaryUrl);
  await client.connect();
  try {
    await client.query(`ALTER SYSTEM SET wal_keep_size = '512MB'`);
    await client.query('SELECT pg_reload_conf()');
    await removeFolder(to);
    await makeFolderFor(await databaseAccount(), to);
    await client.query(`SELECT pg_backup_start('standby', fast => true)`);
    await copy(from, to);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()');
    for (const name of NOT_DATA) await rm(join(to, name), { recursive: true, force: true });
    for (const name of EMPTY_FOLDERS) await mkdir(join(to, name), { recursive: true, mode: 0o700 });
    await writeFile(join(to, 'backup_label'), rows[0]?.labelfile ?? '');
    await writeFile(join(to, 'standby.signal'), '');
    await follow(to, primaryUrl, standbyName);
    await giveToAccount(to);
  } finally {
    await client.end();
  }
};

/** Settings that ALTER SYSTEM made on the primary speak of its own standby. */
const follow = async (folder: string, primaryUrl: string, standbyName: string): Promise<void> => {
  const path = join(folder, 'postgresql.auto.conf');
  const kept = (await readFile(path, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => !/^\s*(synchronous_standby_names|primary_conninfo|wal_retrieve_retry_interval)\b/.test(line));
  const { hostname, port, username, password } = new URL(primaryUrl);
  const link = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)} application_name=${standbyName}`;
  // While it is away nothing is acknowledged, so it looks for its primary more often than every five seconds.
  const settings = [`primary_conninfo = '${link}'`, `wal_retrieve_retry_interval = '200ms'`];
  await writeFile(path, `${[...kept, ...settings].join('\n').trim()}\n`);
};

/** A file that vanishes while it is copied (a temporary one) is no loss: recovery replays what was written meanwhile. */
const copy = async (from: string, to: string): Promise<void> => {
  await run('cp', ['-a', `${from}/.`, to]).catch(() => undefined);
  await readFile(join(to, 'PG_VERSION'));
};

const giveToAccount = async (folder: string): Promise<void> => {
  const { uid, gid } = await databaseAccount();
  if (uid !== undefined && gid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, `${folder}/.`]);
};

const run = (program: string, args: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
  });
