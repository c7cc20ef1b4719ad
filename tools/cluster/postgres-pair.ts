import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, realpath, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../apps/api/src/database/embedded-postgres.ts';
import { freePort } from '../../apps/api/src/database/free-port.ts';
import { readPostmaster } from '../../apps/api/src/database/postmaster.ts';
import { type Place, TcpProxy } from '../faults/tcp-proxy.ts';
import { baseBackup } from './base-backup.ts';

export interface PostgresPlace {
  url: string;
  pid: number;
  port: number;
  /** Where it keeps everything. */
  folder: string;
}

const run = promisify(execFile);

type Name = 'a' | 'b';
const other = (name: Name): Name => (name === 'a' ? 'b' : 'a');
const STANDBY = 'chatbox_standby';
const LOOK_MILLISECONDS = 250;
const STREAMING_SECONDS = 30;

/**
 * A primary and its streaming standby, which confirms every commit: what was acknowledged is on both. One address leads to
 * whichever is the primary, as a balancer or Patroni's does. When the standby is promoted (by a drill, or by hand with
 * pg_promote()), the address lets go of the old primary and moves; that one is stopped as soon as it can hear, and comes back as
 * the standby of the new one.
 */
export class PostgresPair {
  private readonly folder: string;
  private readonly door: TcpProxy;
  private readonly readDoor: TcpProxy;
  private readonly say: (what: string) => void;
  private readonly servers = new Map<Name, Postgres>();
  private primaryName: Name;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    folder: string,
    [door, readDoor]: [TcpProxy, TcpProxy],
    primaryName: Name,
    say: (what: string) => void,
  ) {
    this.folder = folder;
    this.door = door;
    this.readDoor = readDoor;
    this.primaryName = primaryName;
    this.say = say;
  }

  static async open(folder: string, say: (what: string) => void): Promise<PostgresPair> {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    const remembered = (await readFile(join(folder, 'primary'), 'utf8').catch(() => 'a')).trim();
    const doors: [TcpProxy, TcpProxy] = [await TcpProxy.open(null), await TcpProxy.open(null)];
    const pair = new PostgresPair(folder, doors, remembered === 'b' ? 'b' : 'a', say);
    try {
      await pair.startPrimary();
      await pair.startStandby();
      pair.timer = setInterval(() => pair.look(), LOOK_MILLISECONDS);
      return pair;
    } catch (error) {
      await pair.close();
      throw error;
    }
  }

  /** Leads to the primary, whichever that is. */
  get url(): string {
    return this.through(this.door);
  }

  /** Leads to the standby; to nobody while there is none. */
  get readUrl(): string {
    return this.through(this.readDoor);
  }

  /** For drills that disturb the way to the database. */
  get way(): TcpProxy {
    return this.door;
  }

  primary(): Promise<PostgresPlace> {
    return this.placeOf(this.primaryName);
  }

  standby(): Promise<PostgresPlace> {
    return this.placeOf(other(this.primaryName));
  }

  /** Has the standby take over, and resolves when the address leads to it. */
  async promoteStandby(): Promise<void> {
    const next = other(this.primaryName);
    await ask(this.urlOf(next), 'SELECT pg_promote()');
    while (this.primaryName !== next) await sleep(50);
  }

  /** Every process of the primary stands still: it takes connections and says nothing. Call the result to let it go on. */
  async freezePrimary(): Promise<() => void> {
    const { pid } = await this.primary();
    const frozen = new Set<number>();
    // The first one makes the others, so after it there are no new ones.
    for (let found = [pid]; found.length > 0; found = await childrenOf(pid, frozen)) {
      for (const one of found) {
        frozen.add(one);
        send(one, 'SIGSTOP');
      }
    }
    return () => {
      for (const one of frozen) send(one, 'SIGCONT');
    };
  }

  /** What the servers wrote last, and how much room they have; for somebody who looks at them when they do not heal. */
  async state(lines = 60): Promise<Record<string, string>> {
    const told = (['a', 'b'] as const).map(async (name) => {
      const folder = join(this.folder, name, 'postgres');
      const { bavail, bsize } = await statfs(folder);
      const room = `${name === this.primaryName ? 'primary' : 'standby'}, ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB free`;
      const logs = await readdir(join(folder, 'log'));
      const text = await readFile(join(folder, 'log', logs.sort().at(-1) ?? ''), 'utf8');
      return [name, [room, ...text.trimEnd().split('\n').slice(-lines)].join('\n')] as const;
    });
    return Object.fromEntries(await Promise.all(told));
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    // Without a standby to wait for, or the last transactions would wait for ever.
    await this.confirmBy('').catch(() => undefined);
    await Promise.all([this.door.close(), this.readDoor.close()]);
    for (const name of [this.primaryName, other(this.primaryName)]) await this.servers.get(name)?.stop();
  }

  private async startPrimary(): Promise<void> {
    const home = join(this.folder, this.primaryName);
    await mkdir(home, { recursive: true, mode: 0o711 });
    this.servers.set(this.primaryName, await startPostgres({ DATABASE_URL: undefined, DATA_DIR: home }));
    // The standby of an earlier run is copied anew; until then nobody can confirm.
    await this.confirmBy('');
    await this.leadTo(this.primaryName);
  }

  private async startStandby(): Promise<void> {
    const name = other(this.primaryName);
    const home = join(this.folder, name);
    await mkdir(home, { recursive: true, mode: 0o711 });
    const primaryFolder = await realpath(join(this.folder, this.primaryName, 'postgres'));
    await baseBackup(this.urlOf(this.primaryName), `${primaryFolder}`, join(home, 'postgres'), STANDBY);
    const password = decodeURIComponent(new URL(this.urlOf(this.primaryName)).password);
    const place = { port: await freePort(), password };
    await writeFile(join(home, 'postgres.json'), `${JSON.stringify(place)}\n`, { mode: 0o600 });
    this.servers.set(name, await startPostgres({ DATABASE_URL: undefined, DATA_DIR: home }));
    await this.untilStreaming();
    await this.confirmBy(STANDBY);
    this.readDoor.point(this.portOf(name));
  }

  private async untilStreaming(): Promise<void> {
    const until = performance.now() + STREAMING_SECONDS * 1000;
    const sql = `SELECT 1 FROM pg_stat_replication WHERE application_name = '${STANDBY}' AND state = 'streaming'`;
    while ((await ask(this.urlOf(this.primaryName), sql)).length === 0) {
      if (performance.now() > until)
        throw new Error('The standby does not follow the primary; its log is beside its data.');
      await sleep(100);
    }
  }

  private async confirmBy(standby: string): Promise<void> {
    const url = this.urlOf(this.primaryName);
    await ask(url, `ALTER SYSTEM SET synchronous_standby_names = '${standby}'`);
    await ask(url, 'SELECT pg_reload_conf()');
  }

  /** One look at a time; a server that is away is looked at again. */
  private look(): void {
    this.looking ??= this.follow()
      .catch(() => undefined)
      .finally(() => {
        this.looking = undefined;
      });
  }

  private async follow(): Promise<void> {
    const next = other(this.primaryName);
    const [state] = await ask<{ standby: boolean }>(this.urlOf(next), 'SELECT pg_is_in_recovery() AS standby');
    if (!state || state.standby) return;
    this.say('the standby was promoted; the old primary is stopped and follows it');
    this.door.point(null);
    this.readDoor.point(null);
    const old = this.servers.get(this.primaryName);
    this.primaryName = next;
    await this.confirmBy('');
    await this.leadTo(next);
    await old?.stop();
    await this.startStandby();
    this.say('PostgreSQL has a standby again');
  }

  private async leadTo(name: Name): Promise<void> {
    await writeFile(join(this.folder, 'primary'), `${name}\n`);
    this.door.point(this.portOf(name));
  }

  private through(door: TcpProxy): string {
    const url = new URL(this.urlOf(this.primaryName));
    url.port = String(door.port);
    // The server's own socket would be a way around the door.
    url.search = '';
    return url.href;
  }

  private portOf(name: Name): Place {
    return { host: '127.0.0.1', port: Number(new URL(this.urlOf(name)).port) };
  }

  private urlOf(name: Name): string {
    const server = this.servers.get(name);
    if (!server) throw new Error(`PostgreSQL ${name} has not been started`);
    return server.url;
  }

  private async placeOf(name: Name): Promise<PostgresPlace> {
    const url = this.urlOf(name);
    const postmaster = await readPostmaster(join(this.folder, name, 'postgres'));
    return { url, pid: postmaster?.pid ?? 0, port: Number(new URL(url).port), folder: join(this.folder, name) };
  }
}

const childrenOf = async (parent: number, known: ReadonlySet<number>): Promise<number[]> => {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return processes.flatMap(([pid = 0, ppid]) => (ppid === parent && !known.has(pid) ? [pid] : []));
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
};

const ask = async <T extends object>(url: string, sql: string): Promise<T[]> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 60_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};
