import 'reflect-metadata';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import { Drain } from './cluster/drain.ts';
import { NestLogger } from './common/nest-logger.ts';
import { codeOf, StartError } from './common/start-error.ts';
import { VERSION } from './common/version.ts';
import type { ConfigValues } from './config/config.ts';
import { claimDataFolder, lockDataFolder, makeDataFolder } from './database/data-folder.ts';
import { migrate, openDatabase } from './database/database.ts';
import { startPostgres } from './database/embedded-postgres.ts';
import { FEW_CONNECTIONS } from './database/pool-options.ts';
import { openEngine } from './engine/engine.module.ts';
import { httpAdapter, setUpHttp } from './http/http-setup.ts';
import { PlainWsAdapter } from './http/plain-ws-adapter.ts';
import { openTelemetry } from './metrics/telemetry.ts';

export interface RunningApp {
  url: string;
  port: number;
  /** Everything that was opened is closed, in reverse, the database last. Calling it again waits for the same end. */
  close(): Promise<void>;
  /** Makes a closing that is under way give up its patience with answers that are still being made: others go on with them. */
  hurry(): void;
  /** The time for a closing is over: tells the log what is still open, and ends a database that nobody else would end. */
  overdue(): Promise<void>;
  /** Tells the log, and who collects errors, what this process is about to die of. Resolves when they know, soon at the latest. */
  dying(of: unknown): Promise<void>;
}

/** Owns everything that has a life: what it opens it closes, also when the start fails half-way. */
export const startApp = async (config: ConfigValues): Promise<RunningApp> => {
  const lives = new AsyncDisposableStack();
  const open = new Set<string>();
  const owns = (what: string, close: () => Promise<unknown>): void => {
    open.add(what);
    lives.defer(async () => {
      await close();
      open.delete(what);
    });
  };
  try {
    const { logger, lines, metrics, tracing, ...telemetry } = await openTelemetry(config);
    owns('telemetry', () => telemetry.close());
    await makeDataFolder(resolve(config.DATA_DIR));
    if (config.MODE === 'embedded') {
      const lock = await lockDataFolder(resolve(config.DATA_DIR));
      owns('data folder', () => lock.release());
      await claimDataFolder(resolve(config.DATA_DIR), VERSION);
    }
    const postgres = await startPostgres(config, (fields, message) => logger.error(fields, message));
    owns('PostgreSQL', () => postgres.stop());
    const source = await openDatabase(config, postgres.url, { logger, tracing });
    owns('database connections', () => source.destroy());
    await migrateUnhurried(postgres.url);
    const engine = await openEngine(config, logger, tracing);
    owns('engine', () => engine.close());
    const nest = await NestFactory.create<NestFastifyApplication>(
      AppModule.with({ config, logger, metrics, tracing, source, engine }),
      httpAdapter(config),
      { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
    );
    owns('answers and connections', () => nest.close());
    nest.useWebSocketAdapter(new PlainWsAdapter(nest));
    setUpHttp(nest, config, logger, lines);
    const port = await listen(nest, config);
    const url = `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`;
    logger.info({ url }, 'ready');
    let ending: Promise<void> | undefined;
    const drain = nest.get(Drain, { strict: false });
    const close = (): Promise<void> => {
      drain.begin();
      ending ??= lives.disposeAsync();
      return ending;
    };
    const overdue = async (): Promise<void> => {
      logger.warn({ open: [...open].reverse() }, 'DRAIN_SECONDS are over: the process ends as it stands');
      await postgres.stop();
    };
    const dying = (error: unknown): Promise<void> => {
      logger.error({ err: error }, 'nobody caught this: the process ends');
      return telemetry.told();
    };
    return { url, port, close, hurry: () => drain.hurry(), overdue, dying };
  } catch (error) {
    await lives.disposeAsync();
    throw error;
  }
};

/** Over connections of their own: a change of a large table, and the wait for another replica's, may take long. */
const migrateUnhurried = async (url: string): Promise<void> => {
  const source = await openDatabase(FEW_CONNECTIONS, url);
  try {
    await migrate(source);
  } finally {
    await source.destroy();
  }
};

const listen = async (nest: NestFastifyApplication, { HOST, PORT }: ConfigValues): Promise<number> => {
  try {
    await nest.listen(PORT, HOST);
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE')
      throw new StartError(`Port ${PORT} on ${HOST} is taken by another program.`, 'may help', { cause: error });
    throw error;
  }
  const address = nest.getHttpServer().address();
  return typeof address === 'object' && address ? address.port : PORT;
};
