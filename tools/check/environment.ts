import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment is read where a program begins; NODE_ENV and what a bundler fills in are no settings of ours. */
const ENTRY_POINTS = [
  /^apps\/api\/src\/main\.ts$/,
  /^apps\/api\/test\//,
  /^apps\/e2e\//,
  /^apps\/web\/(next\.config\.ts|serve\.mjs)$/,
  /^tools\//,
];
const FILLED_IN_BY_THE_BUNDLER = /process\.env\.(NODE_ENV|ROUTE_TABLE|RIGHTS_TABLE)\b/g;

/** Files that read the environment and are no entry point. */
export const checkEnvironment = (root: string): string[] =>
  ['apps', 'libs']
    .flatMap((top) => sourcesIn(root, top))
    .filter((path) => !ENTRY_POINTS.some((entry) => entry.test(path)))
    .filter((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return /process\.env\b/.test(path.startsWith('apps/web/') ? text.replace(FILLED_IN_BY_THE_BUNDLER, '') : text);
    })
    .map((path) => `${path}: reads process.env; settings come from the schema`);

const sourcesIn = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist', '.next'].includes(entry.name) ? [] : sourcesIn(root, path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
