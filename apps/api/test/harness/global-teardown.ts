import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeFolder } from '../../src/database/database-user.ts';
import { kept } from './global-life.ts';

export default async function tearDown(): Promise<void> {
  const run = kept();
  if (!run) return;
  await run.stop();
  await removeFolder(`${run.folder}/postgres`);
  await rm(dirname(run.folder), { recursive: true, force: true });
}
