import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, startOf } from '../common/process-identity.ts';
import { codeOf, messageOf, StartError } from '../common/start-error.ts';

export interface DataFolderLock {
  release(): Promise<void>;
}

/** Makes the folder where it is missing. Others may pass through it (the database's own user does), not list it. */
export const makeDataFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    const probe = join(folder, `.probe-${randomUUID()}`);
    await writeFile(probe, '');
    await unlink(probe);
  } catch (error) {
    throw new StartError(
      `The data folder ${folder} cannot be written (${codeOf(error) ?? messageOf(error)}). Give this user the right to write there, or set DATA_DIR to another folder.`,
    );
  }
};

/**
 * One process at a time works on a data folder. The lock is a file that names its holder; a holder that does not live any
 * more (kill -9, power loss) holds nothing. Processes in different PID namespaces cannot see each other: a folder must not
 * be shared between containers in embedded mode.
 */
export const lockDataFolder = async (folder: string): Promise<DataFolderLock> => {
  const path = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid), id: randomUUID() });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, mine);
  try {
    for (;;) {
      // link() is atomic and fails where the lock exists, and the file has its content from its first moment.
      const taken = await link(draft, path).then(
        () => true,
        (error) => {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return { release: () => releaseLock(path, mine) };
      await removeStale(path, folder);
    }
  } finally {
    await rm(draft, { force: true });
  }
};

const removeStale = async (path: string, folder: string): Promise<void> => {
  const seen = await readFile(path, 'utf8').catch(() => null);
  if (seen === null) return;
  refuseIfHeld(seen, folder);
  // Two may heal at once: whoever moved away a lock that is not the stale one it had read puts it back.
  const aside = `${path}.stale-${randomUUID()}`;
  if (
    !(await rename(path, aside).then(
      () => true,
      () => false,
    ))
  )
    return;
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
};

const refuseIfHeld = (content: string, folder: string): void => {
  let holder: { pid?: unknown; start?: unknown };
  try {
    holder = JSON.parse(content) as typeof holder;
  } catch {
    return; // Cut off by a power loss.
  }
  const { pid, start } = holder;
  if (typeof pid !== 'number' || !isAlive(pid)) return;
  if (typeof start === 'string' && start !== startOf(pid)) return;
  throw new StartError(
    `The data folder ${folder} is in use by process ${pid}. Stop it first, or set DATA_DIR (--data-dir) to another folder.`,
    'may help',
  );
};

const releaseLock = async (path: string, mine: string): Promise<void> => {
  if ((await readFile(path, 'utf8').catch(() => null)) === mine) await rm(path, { force: true });
};

/** Grows when a version lays the folder out in a way that earlier ones would damage. */
const FORMAT = 1;

/** Notes which version works here, and refuses a folder that a newer layout has been written to. */
export const claimDataFolder = async (folder: string, version: string): Promise<void> => {
  const path = join(folder, 'version.json');
  const kept = await readFile(path, 'utf8').catch(() => null);
  if (kept !== null) refuseNewerFolder(kept, folder);
  const mine = `${JSON.stringify({ format: FORMAT, version })}\n`;
  if (kept === mine) return;
  await writeFile(`${path}.new`, mine, { flush: true });
  await rename(`${path}.new`, path);
};

const refuseNewerFolder = (content: string, folder: string): void => {
  let known: { format?: unknown; version?: unknown };
  try {
    known = JSON.parse(content) as typeof known;
  } catch {
    return; // Cut off by a power loss; it is written anew.
  }
  if (typeof known.format !== 'number' || known.format <= FORMAT) return;
  throw new StartError(
    `The data folder ${folder} was written by a newer version of Chatbox (${known.version}). Start that version, or set DATA_DIR to another folder.`,
  );
};
