import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigValues } from '../../src/config/config.ts';
import { type ApiAnswer, type ApiRequest, callApi } from './api.ts';
import { cloneDatabase } from './databases.ts';
import { inHost } from './hosts.ts';

export interface TestApp {
  url: string;
  config: ConfigValues;
  databaseUrl: string;
  /** `await app.api('POST', '/api/v1/auth/login', { body })`; the answer is read whole, and no status throws. */
  api<T = unknown>(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer<T>>;
  /** Stops the application, then drops its database unless it was given one. */
  close(): Promise<void>;
}

/**
 * The real application on a free port and a database of its own. Overrides are settings by name, as a person would give
 * them; with DATABASE_URL two applications share one database, which the caller then drops.
 */
export const startTestApp = async (overrides: Record<string, string> = {}): Promise<TestApp> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-app-'));
  const database = overrides.DATABASE_URL ? null : await cloneDatabase();
  const settings = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: database?.url,
    DATABASE_POOL_MAX: '5',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    DISCOVER_LOCAL_MODELS: 'false',
    DRAIN_SECONDS: '1',
    // All tests come from one address, and quickly; those of the limits set their own.
    RATE_LIMIT_MAX: '1000000',
    RATE_LIMIT_MAX_SIGNED_IN: '1000000',
    RATE_LIMIT_MAX_ENTRY: '1000000',
    CONCURRENT_GENERATIONS: '500',
    ...overrides,
  };
  const { number, url, config } = await inHost<{ number: number; url: string; config: ConfigValues }>(
    'start',
    settings,
  );
  return {
    url,
    config,
    databaseUrl: config.DATABASE_URL ?? '',
    api: (method, path, request) => callApi(url, method, path, request),
    close: async () => {
      await inHost('stop', number);
      await database?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
