import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, StartError } from '../../apps/api/src/common/start-error.ts';
import { makeDataFolder } from '../../apps/api/src/database/data-folder.ts';
import { freePort, isFree } from '../../apps/api/src/database/free-port.ts';
import { build } from '../start/build.ts';
import { Child } from '../start/child.ts';
import { listenerOn } from '../start/listener.ts';
import { LogFile } from '../start/log-file.ts';
import { warn } from '../start/show.ts';
import { findProgram } from '../test/debian.ts';
import type { Daemon } from './daemon.ts';
import { nginxDaemon } from './nginx.ts';
import { PostgresPair } from './postgres-pair.ts';
import { redisDaemon } from './redis.ts';

const root = resolve(import.meta.dirname, '../..');
const compileCache = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/chatbox') };
/** Drain, then what a replica takes to close. */
const REPLICA_PATIENCE_MILLISECONDS = 60_000;
const PAGE_PATIENCE_MILLISECONDS = 3_000;
/** Of the 60 that the PostgreSQL here takes, what is left when the standby and whoever looks at it have theirs. */
const DATABASE_CONNECTIONS = 45;

export interface ClusterOptions {
  replicas: number;
  port: number;
  page: boolean;
  dataFolder: string;
  /** Settings for the replicas, on top of what the cluster gives them. */
  env: Record<string, string | undefined>;
  /** For drills: where a replica finds what listens on this port, by a way that can be disturbed for it alone. */
  wayFor?(replica: string, to: 'redis' | 'database', port: number): Promise<number>;
  /** Told what is ready, with the time since when it was begun. */
  onReady?(what: string, since: number): void;
}

export interface Replica {
  id: string;
  url: string;
  port: number;
  process: Child;
}

/** The whole of a large installation on this machine. What it opens it closes, also when the start fails half-way. */
export class Cluster {
  readonly replicas: Replica[] = [];
  readonly postgres: PostgresPair;
  readonly redis: Daemon;
  readonly redisPort: number;
  readonly nginx: Daemon;
  readonly url: string;
  private readonly lives: AsyncDisposableStack;

  private constructor(
    parts: Pick<Cluster, 'postgres' | 'redis' | 'redisPort' | 'nginx' | 'url' | 'replicas'>,
    lives: AsyncDisposableStack,
  ) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.redisPort = parts.redisPort;
    this.nginx = parts.nginx;
    this.url = parts.url;
    this.replicas = parts.replicas;
    this.lives = lives;
  }

  static async open(options: ClusterOptions): Promise<Cluster> {
    const { dataFolder, onReady = () => undefined } = options;
    const programs = findPrograms(options.env);
    const port = await portOf(options.port);
    const lives = new AsyncDisposableStack();
    try {
      await makeDataFolder(dataFolder);
      await mkdir(join(dataFolder, 'logs'), { recursive: true, mode: 0o700 });
      let since = performance.now();
      await build(root, { page: options.page });
      onReady('built', since);

      since = performance.now();
      const postgres = await PostgresPair.open(join(dataFolder, 'postgres'), warn);
      lives.defer(() => postgres.close());
      onReady('PostgreSQL with a standby', since);

      since = performance.now();
      const redisPort = await freePort();
      const redis = await redisDaemon(programs.redis, join(dataFolder, 'redis'), redisPort, restarted('Redis'));
      lives.defer(() => redis.halt());
      await redis.start();
      onReady('Redis', since);

      since = performance.now();
      const url = `http://localhost:${port}`;
      const env = {
        PUBLIC_URL: url,
        DATABASE_POOL_MAX: String(Math.max(2, Math.floor(DATABASE_CONNECTIONS / options.replicas))),
        ...withoutEmpty(options.env),
        ...(await secrets(dataFolder, options.env)),
        ...compileCache,
        MODE: 'clustered',
        HOST: '127.0.0.1',
        DATABASE_REPLICA_URL: postgres.readUrl,
        TRUSTED_PROXIES: '127.0.0.1,::1',
      };
      const replicas: Replica[] = [];
      lives.defer(async () => {
        await Promise.all(replicas.map(({ process: child }) => child.stop(REPLICA_PATIENCE_MILLISECONDS)));
      });
      const { wayFor = async (_replica, _to, its) => its } = options;
      for (let number = 1; number <= options.replicas; number += 1) {
        const id = `replica-${number}`;
        const database = new URL(postgres.url);
        database.port = String(await wayFor(id, 'database', Number(database.port)));
        const redisUrl = `redis://127.0.0.1:${await wayFor(id, 'redis', redisPort)}`;
        const places = { DATABASE_URL: database.href, REDIS_URL: redisUrl };
        replicas.push(makeReplica(id, await freePort(), { ...env, ...places }, dataFolder));
      }
      await Promise.all(replicas.map(({ process: child }) => child.start()));
      onReady(`${options.replicas} replicas`, since);

      since = performance.now();
      const page = options.page ? makePage(env, dataFolder) : null;
      if (page) lives.defer(() => page.process.stop(PAGE_PATIENCE_MILLISECONDS));
      await page?.process.start();
      if (page) onReady('page', since);

      since = performance.now();
      const nginx = await nginxDaemon({
        program: programs.nginx,
        folder: join(dataFolder, 'nginx'),
        port,
        api: replicas.map((replica) => replica.port),
        web: page ? [Number(new URL(page.url()).port)] : [],
        onRestart: restarted('nginx'),
      });
      lives.defer(() => nginx.halt('SIGQUIT'));
      await nginx.start();
      onReady('nginx', since);
      return new Cluster({ postgres, redis, redisPort, nginx, url, replicas }, lives);
    } catch (error) {
      await lives.disposeAsync();
      throw error;
    }
  }

  /** What programs that test or disturb it need to know. Process numbers are those of this moment. */
  async describe(): Promise<object> {
    return {
      url: this.url,
      replicas: this.replicas.map(({ id, url, process: { pid } }) => ({ id, url, pid })),
      postgres: await this.postgres.primary(),
      standby: await this.postgres.standby(),
      redis: { url: `redis://127.0.0.1:${this.redisPort}`, pid: this.redis.pid },
      nginx: { url: this.url, pid: this.nginx.pid },
    };
  }

  /** In reverse: the balancer, the page, the replicas with their drain, Redis, the databases. */
  close(): Promise<void> {
    return this.lives.disposeAsync();
  }
}

const findPrograms = (env: Record<string, string | undefined>): { redis: string; nginx: string } => {
  const needed = { redis: ['redis-server', 'redis-server'], nginx: ['nginx', 'nginx-light'] } as const;
  const found = Object.entries(needed).map(([name, [program, debianPackage]]) => {
    const path = findProgram({ ...env }, [program, `/usr/sbin/${program}`], debianPackage);
    return { name, program, debianPackage, path };
  });
  const missing = found.filter(({ path }) => path === undefined);
  if (missing.length > 0)
    throw new StartError(
      `These programs are needed and not on PATH: ${missing.map(({ program }) => program).join(', ')}.\nOn Debian: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(' ')}`,
    );
  const [redis, nginx] = found;
  return { redis: redis?.path ?? '', nginx: nginx?.path ?? '' };
};

const portOf = async (wanted: number): Promise<number> => {
  if (wanted === 0) return freePort();
  if (await isFree(wanted)) return wanted;
  throw new StartError(
    `Port ${wanted} is taken by ${listenerOn(wanted) ?? 'another program'}.\nStop it, or take another port: npm run cluster -- --port ${wanted + 1}`,
    'may help',
  );
};

const makeReplica = (
  id: string,
  port: number,
  env: Record<string, string | undefined>,
  dataFolder: string,
): Replica => ({
  id,
  port,
  url: `http://127.0.0.1:${port}`,
  process: new Child({
    name: id,
    args: [join(root, 'apps/api/dist/server/main.mjs')],
    env: { ...env, HOSTNAME: id, PORT: String(port), DATA_DIR: join(dataFolder, id) },
    log: new LogFile(join(dataFolder, 'logs', `${id}.log`)),
    onUrl: () => undefined,
    onRestart: restarted(id),
    onGivenUp: (reason) => warn(`${id} does not stay alive: ${reason}`),
  }),
});

/** The page server needs no key, so it has none. */
const makePage = (env: Record<string, string | undefined>, dataFolder: string): { process: Child; url(): string } => {
  let url = '';
  const page = new Child({
    name: 'page',
    args: [join(root, 'apps/web/serve.mjs')],
    env: { ...compileCache, PATH: env.PATH, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    log: new LogFile(join(dataFolder, 'logs', 'page.log')),
    onUrl: (now) => {
      url = now ?? url;
    },
    onRestart: restarted('The page server'),
    onGivenUp: (reason) => warn(`The page server does not stay alive: ${reason}`),
  });
  return { process: page, url: () => url };
};

const restarted =
  (name: string) =>
  (how: string): void =>
    warn(`${name} ended (${how}); starting it again`);

const SECRETS = ['JWT_SECRET', 'SESSION_SECRET', 'MASTER_KEY'];

/** One set for all replicas, made at the first run. */
const secrets = async (folder: string, env: Record<string, string | undefined>): Promise<Record<string, string>> => {
  const missing = SECRETS.filter((name) => !env[name] && !env[`${name}_FILE`]);
  if (missing.length === 0) return {};
  const path = join(folder, 'secrets.json');
  try {
    return pick(JSON.parse(await readFile(path, 'utf8')) as Record<string, string>, missing);
  } catch (error) {
    if (!messageOf(error).includes('ENOENT')) throw new StartError(`${path} cannot be read.`);
  }
  const made = Object.fromEntries(SECRETS.map((name) => [name, randomBytes(48).toString('base64url')]));
  await writeFile(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flush: true });
  return pick(made, missing);
};

const pick = (values: Record<string, string>, names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, values[name] ?? '']));

const withoutEmpty = (env: Record<string, string | undefined>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
