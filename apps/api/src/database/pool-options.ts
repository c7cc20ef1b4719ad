import type { ConfigValues } from '../config/config.ts';
import { Patience } from './impatient-client.ts';

export type PoolConfig = Pick<
  ConfigValues,
  'DATABASE_POOL_MAX' | 'DATABASE_IDLE_SECONDS' | 'DATABASE_CONNECT_SECONDS' | 'DATABASE_ANSWER_SECONDS'
>;

/** The kernel asks a silent connection so often whether anybody is there. */
const KEEP_ALIVE_MILLISECONDS = 10_000;

/** What both pools have in common, in node-postgres' own names. */
export const poolOptions = (config: Omit<PoolConfig, 'DATABASE_POOL_MAX'>) => ({
  idleTimeoutMillis: config.DATABASE_IDLE_SECONDS * 1000,
  connectionTimeoutMillis: config.DATABASE_CONNECT_SECONDS * 1000,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MILLISECONDS,
  patience: new Patience(config.DATABASE_ANSWER_SECONDS * 1000),
});

/** For programs that run once, and for migrations: these take as long as they must. */
export const FEW_CONNECTIONS: PoolConfig & Pick<ConfigValues, 'DATABASE_SLOW_MILLISECONDS'> = {
  DATABASE_POOL_MAX: 2,
  DATABASE_IDLE_SECONDS: 30,
  DATABASE_CONNECT_SECONDS: 10,
  DATABASE_ANSWER_SECONDS: Number.POSITIVE_INFINITY,
  DATABASE_SLOW_MILLISECONDS: 60_000,
};
