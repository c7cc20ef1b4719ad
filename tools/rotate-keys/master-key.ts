import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../../apps/api/src/common/start-error.ts';

/** Puts a new master key in front of the ones of the first run. Both stay: nothing that was encrypted is lost on the way. */
export const addMasterKey = async (dataFolder: string, env: NodeJS.ProcessEnv): Promise<void> => {
  if (env.MASTER_KEY || env.MASTER_KEY_FILE)
    throw new StartError('MASTER_KEY is set by you: put the new key in front of it yourself, and leave --new out.');
  const path = join(dataFolder, 'secrets.json');
  const secrets = JSON.parse(await readFile(path, 'utf8')) as { MASTER_KEY: string };
  secrets.MASTER_KEY = `${randomBytes(48).toString('base64url')},${secrets.MASTER_KEY}`;
  await writeFile(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
};
