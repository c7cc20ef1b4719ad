import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../docs/runbooks');

/** The runbooks for the page, which may run where the documents are not: an alert leads to what is to be done. */
export const runbookTexts = (): string => {
  const names = readdirSync(FOLDER).sort();
  const texts = names.map((name) => [name.replace('.md', ''), readFileSync(join(FOLDER, name), 'utf8')]);
  return `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`;
};
