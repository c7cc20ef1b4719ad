import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, isAlive } from '../common/process-identity.ts';

/** What postmaster.pid says: https://www.postgresql.org/docs/current/storage-file-layout.html */
export interface Postmaster {
  pid: number;
  port: number;
}

const FAST_SHUTDOWN = 'SIGINT';
const IMMEDIATE_SHUTDOWN = 'SIGQUIT';
const PATIENCE_SECONDS = 30;

export const readPostmaster = async (folder: string): Promise<Postmaster | null> => {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 ? { pid, port } : null;
};

export const isPostgres = (pid: number): boolean => isAlive(pid) && /postgres/.test(commandOf(pid) ?? '');

/** Fast shutdown, waited for; after half a minute an immediate one, from which PostgreSQL recovers by its log. */
export const stopPostmaster = async (folder: string): Promise<void> => {
  const postmaster = await readPostmaster(folder);
  if (!postmaster) return;
  const { pid } = postmaster;
  for (const signal of [FAST_SHUTDOWN, IMMEDIATE_SHUTDOWN] as const) {
    if (!isPostgres(pid)) return;
    process.kill(pid, signal);
    const until = Date.now() + PATIENCE_SECONDS * 1000;
    while (isPostgres(pid) && Date.now() < until) await sleep(25);
  }
};
