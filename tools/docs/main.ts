import { resolve } from 'node:path';
import { writeDocuments } from './documents.ts';

await writeDocuments(resolve(import.meta.dirname, '../..'));
