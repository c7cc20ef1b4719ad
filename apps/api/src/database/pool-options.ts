import type { ConfigValues } from '../config/config.ts';

export type PoolConfig = Pick<ConfigValues, 'DATABASE_POOL_MAX' | 'DATABASE_IDLE_SECONDS' | 'DATABASE_CONNECT_SECONDS'>;

/** What both pools have in common, in node-postgres' own names. */
export const poolOptions = ({ DATABASE_IDLE_SECONDS, DATABASE_CONNECT_SECONDS }: PoolConfig) => ({
  idleTimeoutMillis: DATABASE_IDLE_SECONDS * 1000,
  connectionTimeoutMillis: DATABASE_CONNECT_SECONDS * 1000,
});

/** For programs that run once. */
export const FEW_CONNECTIONS: PoolConfig & Pick<ConfigValues, 'DATABASE_SLOW_MILLISECONDS'> = {
  DATABASE_POOL_MAX: 2,
  DATABASE_IDLE_SECONDS: 30,
  DATABASE_CONNECT_SECONDS: 10,
  DATABASE_SLOW_MILLISECONDS: 60_000,
};
