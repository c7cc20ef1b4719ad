import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncapi } from './asyncapi.ts';
import { configurationPage } from './configuration.ts';
import { runbookTexts } from './runbooks.ts';

/** Pages that are made from code, so that they cannot say anything else than the code. */
export const DOCUMENTS: Record<string, () => string> = {
  'docs/api/asyncapi.json': asyncapi,
  'docs/configuration.md': configurationPage,
  'apps/web/src/features/admin/runbooks/texts.json': runbookTexts,
};

export const writeDocuments = async (root: string): Promise<void> => {
  for (const [path, make] of Object.entries(DOCUMENTS)) await writeFile(join(root, path), make());
};

/** Pages that are not what the code would make today. */
export const staleDocuments = async (root: string): Promise<string[]> => {
  const stale: string[] = [];
  for (const [path, make] of Object.entries(DOCUMENTS)) {
    const kept = await readFile(join(root, path), 'utf8').catch(() => null);
    if (kept !== make()) stale.push(`${path} is not current: npm run docs`);
  }
  return stale;
};
