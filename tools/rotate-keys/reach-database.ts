import { resolve } from 'node:path';
import { StartError } from '../../apps/api/src/common/start-error.ts';
import type { ConfigValues } from '../../apps/api/src/config/config.ts';
import { type DataFolderLock, lockDataFolder } from '../../apps/api/src/database/data-folder.ts';
import { startPostgres } from '../../apps/api/src/database/embedded-postgres.ts';

export interface ReachedDatabase extends AsyncDisposable {
  url: string;
}

/**
 * The configured database, or the embedded one: the running one where Chatbox runs, else started for the occasion and stopped
 * after it. `alone` refuses while Chatbox runs.
 */
export const reachDatabase = async (config: ConfigValues, { alone }: { alone: boolean }): Promise<ReachedDatabase> => {
  const lock = await lockUnlessRunning(config, alone);
  const postgres = await startPostgres(config);
  return {
    url: postgres.url,
    [Symbol.asyncDispose]: async () => {
      if (!lock) return;
      await postgres.stop();
      await lock.release();
    },
  };
};

const lockUnlessRunning = async (config: ConfigValues, alone: boolean): Promise<DataFolderLock | null> => {
  if (config.MODE !== 'embedded' || (config.DATABASE_URL && !alone)) return null;
  try {
    return await lockDataFolder(resolve(config.DATA_DIR));
  } catch (error) {
    if (alone || !(error instanceof StartError)) throw error;
    return null;
  }
};
