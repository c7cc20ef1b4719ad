import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, isAlive, startOf } from '../../apps/api/src/common/process-identity.ts';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';
import { stopPostmaster } from '../../apps/api/src/database/postmaster.ts';

const PREFIX = 'chatbox-run-';
const OWNER = 'owner.json';
const PATIENCE_MILLISECONDS = 30_000;

export interface RunFolder {
  path: string;
  /** Ends what still runs on it, and removes it. */
  close(): Promise<void>;
}

/**
 * The place for everything that a run of tests makes: from here on it is the temporary folder of this process and of those
 * that it starts. It names the run, so that the next one can clear away what a run that was killed has left.
 */
export const openRunFolder = async (above = tmpdir()): Promise<RunFolder> => {
  await clearDeadRuns(above);
  const path = await mkdtemp(join(above, PREFIX));
  // The user of the database passes through.
  await chmod(path, 0o755);
  await writeFile(join(path, 'draft'), JSON.stringify({ pid: process.pid, start: startOf(process.pid) }));
  await rename(join(path, 'draft'), join(path, OWNER));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = path;
  return {
    path,
    close: async () => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await clear(path);
    },
  };
};

const clearDeadRuns = async (above: string): Promise<void> => {
  for (const name of await readdir(above)) {
    const path = join(above, name);
    if (name.startsWith(PREFIX) && (await isDead(path))) await clear(path);
  }
};

/** Only where it says who made it: a folder without a name may be about to get one. */
const isDead = async (path: string): Promise<boolean> => {
  const text = await readFile(join(path, OWNER), 'utf8').catch(() => null);
  if (text === null) return false;
  const { pid, start } = JSON.parse(text) as { pid: number; start: string | null };
  return !isAlive(pid) || startOf(pid) !== start;
};

const clear = async (path: string): Promise<void> => {
  // A service that is told ends its own parts, in order.
  await endAll(() => processesOf(path));
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (!/^postgres(\.new)?$/.test(entry.name)) continue;
    const folder = join(entry.parentPath, entry.name);
    await stopPostmaster(folder);
    await removeFolder(folder);
  }
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
};

/** Services and their parts: started in the folder, or with it in their arguments. */
const processesOf = (path: string): number[] =>
  existsSync('/proc')
    ? readdirSync('/proc')
        .map(Number)
        .filter((pid) => pid > 0 && pid !== process.pid && isAlive(pid) && isOf(path, pid))
    : [];

const isOf = (path: string, pid: number): boolean => {
  const command = commandOf(pid) ?? '';
  if (!/^\S*\b(node|npm)\b/.test(command)) return false;
  return command.includes(`${path}/`) || `${cwdOf(pid)}/`.startsWith(`${path}/`);
};

const cwdOf = (pid: number): string => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
};

const endAll = async (find: () => number[]): Promise<void> => {
  const until = Date.now() + PATIENCE_MILLISECONDS;
  signal(find(), 'SIGTERM');
  while (find().length > 0 && Date.now() < until) await sleep(50);
  signal(find(), 'SIGKILL');
};

const signal = (pids: number[], name: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
};
