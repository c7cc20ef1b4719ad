import { execFile, spawn } from 'node:child_process';
import { chown, cp, mkdir, mkdtemp, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../common/start-error.ts';

const run = promisify(execFile);
const USER = 'postgres';
/** Where things go that the database's user cannot reach in their own place; only used when started as root. */
const SHARED_FOLDER = '/var/lib/chatbox';

/** User and group a process is started as. Empty: as ourselves. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses root, so root lends it an unprivileged user: `postgres`, made where it is missing. */
export const databaseAccount = async (): Promise<Account> => {
  if (process.getuid?.() !== 0) return {};
  const known = await findUser();
  if (known) return known;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER]);
  } catch {
    throw new StartError(
      `PostgreSQL refuses to run as root, and the user "${USER}" could not be made. Make it, start as another user, or set DATABASE_URL.`,
    );
  }
  const made = await findUser();
  if (!made) throw new StartError(`The user "${USER}" was made, but the system does not know it.`);
  return made;
};

const findUser = async (): Promise<Required<Account> | null> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', USER]), run('id', ['-g', USER])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
};

/**
 * Whether the account can work in this folder. Asked of the system itself: modes, access lists and mounts all count.
 */
const canReach = (account: Account, folder: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', 'cd -- "$1" && ls >/dev/null', 'sh', folder], {
      ...account,
      cwd: '/',
      stdio: 'ignore',
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });

/** The programs, in their own place when the account can read them there, otherwise as a copy it can read. */
export const readableBinaries = async (native: string, version: string, account: Account): Promise<string> => {
  if (account.uid === undefined || (await canReach(account, join(native, 'bin')))) return native;
  const copy = join(SHARED_FOLDER, `postgresql-${version}`);
  if (await exists(join(copy, 'bin', 'postgres'))) return copy;
  await mkdir(SHARED_FOLDER, { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(join(SHARED_FOLDER, '.copy-'));
  try {
    const target = join(draft, basename(copy));
    // Static libraries and headers are for compilers.
    const filter = (path: string) => !path.endsWith('.a') && basename(path) !== 'include';
    await cp(native, target, { recursive: true, verbatimSymlinks: true, filter });
    await rename(target, copy).catch(async (error) => {
      if (!(await exists(join(copy, 'bin', 'postgres')))) throw error; // Another start was faster.
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
};

/**
 * Makes an empty folder that belongs to the account, at `path`. Where the account cannot come to it, because a folder
 * above is closed (/root usually is), the folder is made under /var/lib/chatbox and `path` becomes a link to it:
 * opening other people's folders is not ours to do.
 */
export const makeFolderFor = async (account: Account, path: string): Promise<void> => {
  await mkdir(path, { mode: 0o700 });
  if (account.uid === undefined || account.gid === undefined) return;
  await chown(path, account.uid, account.gid);
  if (await canReach(account, path)) return;
  await rm(path, { recursive: true });
  await mkdir(SHARED_FOLDER, { recursive: true, mode: 0o755 });
  const elsewhere = await mkdtemp(join(SHARED_FOLDER, 'data-'));
  await chown(elsewhere, account.uid, account.gid);
  await symlink(elsewhere, path);
};

/** Removes what makeFolderFor made, also where it is only linked. */
export const removeFolder = async (path: string): Promise<void> => {
  const target = await readlink(path).catch(() => null);
  if (target !== null && dirname(target) === SHARED_FOLDER) await rm(target, { recursive: true, force: true });
  await rm(path, { recursive: true, force: true });
};

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
