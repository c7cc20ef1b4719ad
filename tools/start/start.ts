import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { codeOf, messageOf, StartError } from '../../apps/api/src/common/start-error.ts';
import type { ConfigValues } from '../../apps/api/src/config/config.ts';
import { readConfig } from '../../apps/api/src/config/read-config.ts';
import { lockDataFolder, makeDataFolder } from '../../apps/api/src/database/data-folder.ts';
import { stopPostmaster } from '../../apps/api/src/database/postmaster.ts';
import { build } from './build.ts';
import { Child } from './child.ts';
import { watchApi } from './dev.ts';
import { trusting } from './forwarded.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { listenerOn } from './listener.ts';
import { LogFile } from './log-file.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { bold, complain, dim, done, say, warn, working } from './show.ts';

const root = resolve(import.meta.dirname, '../..');
/** Compiled code is kept between starts: a killed API is back sooner. */
const compileCache = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/chatbox') };
const WEB_PATIENCE_MILLISECONDS = 3000;

/** One command: settings, build, database and API, page, all behind one address. Ends the process when it is over. */
export const start = async (argv: string[], env: NodeJS.ProcessEnv): Promise<void> => {
  try {
    const options = readOptions(argv, env);
    if (options.help) return say(HELP.trim());
    await run(options);
  } catch (error) {
    complain(messageOf(error));
    process.exit(error instanceof StartError ? error.exitCode : 1);
  }
};

const run = async ({ env, dev }: Options): Promise<void> => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  say();
  say(`${bold('Chatbox')} ${dim(version)}`);
  say();
  const config = readConfig(env);
  await makeDataFolder(config.DATA_DIR);
  const logs = join(config.DATA_DIR, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const gateway = await listen(config, env);

  const ended = Promise.withResolvers<number>();
  const children = makeChildren({ config, env, dev, logs, gateway, onGivenUp: () => ended.resolve(1) });
  const life = { stopping: false };
  const end = async (): Promise<void> => {
    if (life.stopping) return endNow(children, config);
    life.stopping = true;
    say();
    working('stopping');
    ended.resolve(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());

  try {
    let since = performance.now();
    await build(root, { page: !dev });
    done('built', since);
    if (life.stopping) return await shutDown(children, gateway, config, 0);
    since = performance.now();
    await Promise.all([
      children.api.start().then(() => done('database and API', since)),
      children.web.start().then(() => done('page', since)),
    ]);
    if (dev) watchApi(root, () => children.api.renew());
    await announce(gateway, config, env, logs);
  } catch (error) {
    if (!life.stopping) {
      complain(messageOf(error));
      ended.resolve(1);
    }
  }
  await shutDown(children, gateway, config, await ended.promise);
};

interface Children {
  api: Child;
  web: Child;
}

const listen = async (config: ConfigValues, env: Options['env']): Promise<Gateway> => {
  // Without a choice: this machine only, and whatever "localhost" means to the browser.
  const hosts = env.HOST?.trim() ? [config.HOST] : ['127.0.0.1', '::1'];
  try {
    return await openGateway(hosts, config.PORT, trusting(env.TRUSTED_PROXIES ?? ''));
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE')
      throw new StartError(
        `Port ${config.PORT} is taken by ${listenerOn(config.PORT) ?? 'another program'}.\nStop it, or take another port: npm start -- --port ${config.PORT + 1}`,
        'may help',
      );
    if (codeOf(error) === 'EACCES')
      throw new StartError(
        `Port ${config.PORT} needs more rights than this user has. Take one above 1023: npm start -- --port 3000`,
      );
    if (codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'ENOTFOUND')
      throw new StartError(`HOST: this machine has no address ${config.HOST}.`);
    throw error;
  }
};

interface Household {
  config: ConfigValues;
  env: Options['env'];
  dev: boolean;
  logs: string;
  gateway: Gateway;
  onGivenUp(): void;
}

const makeChildren = ({ config, env, dev, logs, gateway, onGivenUp }: Household): Children => {
  const common = {
    onRestart: (name: string) => (how: string) => warn(`${name} ended (${how}); starting it again`),
    onGivenUp: (name: string) => (reason: string) => {
      complain(`${name} does not stay alive:\n${reason}`);
      onGivenUp();
    },
  };
  // The gateway is a proxy that the API can trust; whoever is in front of it is told apart by the gateway.
  const trusted = ['127.0.0.1', '::1', env.TRUSTED_PROXIES?.trim()].filter(Boolean).join(',');
  const api = new Child({
    name: 'api',
    // What was saved a moment ago is not bundled yet.
    args: [join(root, dev ? 'apps/api/dist/main.js' : 'apps/api/dist/server/main.mjs')],
    env: { ...env, ...compileCache, HOST: '127.0.0.1', PORT: '0', DATA_DIR: config.DATA_DIR, TRUSTED_PROXIES: trusted },
    log: new LogFile(join(logs, 'api.log')),
    onUrl: (url) => gateway.point('api', url),
    onRestart: common.onRestart('The API'),
    onGivenUp: common.onGivenUp('The API'),
  });
  const web = new Child({
    name: 'web',
    args: [join(root, 'apps/web/serve.mjs'), ...(dev ? ['--dev'] : [])],
    env: {
      ...withoutSecrets(env),
      ...compileCache,
      NODE_ENV: dev ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
    },
    log: new LogFile(join(logs, 'web.log')),
    onUrl: (url) => gateway.point('web', url),
    onRestart: common.onRestart('The page server'),
    onGivenUp: common.onGivenUp('The page server'),
  });
  return { api, web };
};

/** The page server needs no key, so it has none. */
const withoutSecrets = (env: Options['env']): Options['env'] =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/SECRET|_KEY|_TOKEN|_URL|_DSN|PASSWORD/.test(name)));

const announce = async (gateway: Gateway, config: ConfigValues, env: Options['env'], logs: string): Promise<void> => {
  const host = env.HOST?.trim() && !['0.0.0.0', '::'].includes(config.HOST) ? config.HOST : 'localhost';
  const address = config.PUBLIC_URL ?? `http://${host.includes(':') ? `[${host}]` : host}:${gateway.port}`;
  const setup = await fetch(`http://127.0.0.1:${gateway.port}/api/v1/setup`)
    .then((answer) => answer.json() as Promise<{ needsOwner?: boolean }>)
    .catch(() => ({ needsOwner: false }));
  const here = relative(process.cwd(), logs);
  say();
  say(`Open    ${bold(address)}`);
  if (setup.needsOwner) say(`        ${dim('The first account becomes the owner.')}`);
  if (!config.OPENAI_API_KEY && !config.ANTHROPIC_API_KEY)
    say(
      `        ${dim('The offline assistant answers; for a cloud model: OPENAI_API_KEY=… npm start, or the settings page.')}`,
    );
  say(`Data    ${dim(config.DATABASE_URL ? 'DATABASE_URL' : config.DATA_DIR)}`);
  say(`Logs    ${dim(here.startsWith('..') ? logs : here)}`);
  say(`Stop    ${dim('Ctrl-C')}`);
  say();
};

/** In order: no new connections, the API with its drain and its database, the page, what is still open. */
const shutDown = async (
  { api, web }: Children,
  gateway: Gateway,
  config: ConfigValues,
  code: number,
): Promise<void> => {
  gateway.stopListening();
  await api.stop((config.DRAIN_SECONDS + 45) * 1000);
  await stopPostgresOf(config);
  await web.stop(WEB_PATIENCE_MILLISECONDS);
  gateway.close();
  if (code === 0) done('stopped');
  process.exit(code);
};

const endNow = async ({ api, web }: Children, config: ConfigValues): Promise<void> => {
  api.stopNow();
  web.stopNow();
  await stopPostgresOf(config);
  process.exit(130);
};

/** An API that was killed has left its database running; nobody needs it any more. */
const stopPostgresOf = async ({ DATABASE_URL, DATA_DIR }: ConfigValues): Promise<void> => {
  if (DATABASE_URL) return;
  // Another Chatbox may be at work on this folder, and be the reason why this one could not start.
  const lock = await lockDataFolder(DATA_DIR).catch(() => null);
  if (!lock) return;
  await stopPostmaster(join(DATA_DIR, 'postgres'));
  await lock.release();
};
