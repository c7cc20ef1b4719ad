import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DOCUMENTS, writeDocuments } from './documents.ts';

const HELP = `Usage: npm run docs

Writes the pages that are made from code:

${Object.keys(DOCUMENTS)
  .map((path) => `  ${path}`)
  .join('\n')}

  --help   Show this.
`;

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (values.help) process.stdout.write(HELP);
else await writeDocuments(resolve(import.meta.dirname, '../..'));
