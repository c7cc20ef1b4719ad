import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { staleDocuments } from '../docs/documents.ts';
import { checkEnvironment } from './environment.ts';
import { checkTags } from './tags.ts';

const root = resolve(import.meta.dirname, '../..');
type Check = () => Promise<string[]> | string[];

const program =
  (path: string, args: string[]): Check =>
  async () => {
    const { code, output } = await run(join(root, 'node_modules', path), args);
    return code === 0 ? [] : [output.trim()];
  };
const types = (project: string): Check => program('typescript/bin/tsc', ['-p', project]);

const CHECKS: Record<string, Check> = {
  'format and lint': program('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']),
  'types of libs and api': program('typescript/bin/tsc', [
    '-b',
    'libs/contracts',
    'libs/engine',
    'libs/chat-client',
    'apps/api',
  ]),
  'types of tools': types('tools'),
  'types of tests': types('tools/check/tests.tsconfig.json'),
  'types of web': types('apps/web'),
  'types of web tests': types('tools/check/web-tests.tsconfig.json'),
  walls: program('dependency-cruiser/bin/dependency-cruise.mjs', [
    '--config',
    '.dependency-cruiser.mjs',
    'apps/api/src',
    'apps/web/src',
    'libs',
    'tools',
  ]),
  tags: () => checkTags(root),
  environment: () => checkEnvironment(root),
  'generated documents': () => staleDocuments(root),
};

const run = (path: string, args: string[]): Promise<{ code: number | null; output: string }> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [path, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
  });

const { values: asked } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
if (asked.help) {
  const names = Object.keys(CHECKS).map((name) => `  ${name}\n`);
  process.stdout.write(`Usage: npm run check\n\nEverything that has to be right without a test:\n\n${names.join('')}`);
  process.exit(0);
}

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const began = performance.now();
  const complaints = await check();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${complaints.length === 0 ? '✓' : '✗'} ${name}  ${seconds} s\n`);
  if (complaints.length > 0) {
    failed++;
    process.stdout.write(`${complaints.join('\n').replace(/^/gm, '  ')}\n`);
  }
}
process.stdout.write(
  failed === 0 ? 'all checks passed\n' : `${failed} of ${Object.keys(CHECKS).length} checks failed\n`,
);
process.exit(failed === 0 ? 0 : 1);
