import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { working } from './show.ts';

const PROJECTS = ['libs/contracts', 'libs/engine', 'libs/chat-client', 'apps/api', 'apps/web'];
const FILES = ['package-lock.json', 'tsconfig.base.json', 'nx.json'];
const RESULTS = ['apps/api/dist/server/main.mjs', 'libs/contracts/dist/index.js', 'libs/engine/dist/index.js'];
const PAGE_RESULT = 'apps/web/.next/BUILD_ID';
const SKIPPED = new Set(['node_modules', 'dist', '.next', 'test', 'coverage', 'next-env.d.ts']);
const STAMP = '.nx/chatbox-build';

/**
 * Builds what has changed. Nx knows that by content, but takes seconds to say so; names, sizes and times of the sources
 * answer the usual case, nothing changed, in a few milliseconds.
 */
export const build = async (root: string, parts: { page: boolean }): Promise<void> => {
  const results = parts.page ? [...RESULTS, PAGE_RESULT] : RESULTS;
  const stamp = await stampOf(root);
  const known = await readFile(join(root, STAMP), 'utf8').catch(() => '');
  if (known === stamp && results.every((path) => existsSync(join(root, path)))) return;
  working(known === '' ? 'building; the first time this takes a minute or two' : 'building what has changed');
  await nx(root, parts.page ? 'api,web' : 'api');
  if (!parts.page) return;
  await mkdir(join(root, '.nx'), { recursive: true });
  await writeFile(join(root, STAMP), stamp);
};

const stampOf = async (root: string): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(await lineOf(join(root, file)));
  for (const project of PROJECTS) await addFolder(join(root, project), hash);
  return hash.digest('hex');
};

const addFolder = async (folder: string, hash: ReturnType<typeof createHash>): Promise<void> => {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (SKIPPED.has(entry.name) || entry.name.endsWith('.spec.ts')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await addFolder(path, hash);
    else hash.update(await lineOf(path));
  }
};

const lineOf = async (path: string): Promise<string> => {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${size} ${mtimeMs}\n`;
};

const nx = (root: string, projects: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = [
      join(root, 'node_modules/nx/dist/bin/nx.js'),
      'run-many',
      '-t',
      'build',
      '-p',
      projects,
      '--outputStyle=static',
    ];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NX_TUI: 'false', FORCE_COLOR: '0', NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      for (const [, task] of chunk.toString().matchAll(/^\s*(?:✔|√)\s+nx run (\S+?):build/gm)) working(`built ${task}`);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`The build failed:\n${output.trim().split('\n').slice(-40).join('\n')}`)),
    );
  });
