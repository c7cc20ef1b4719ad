import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';

/** For tests: the sources of today and the packages, and nothing that was built. */
export const makeBareCheckout = async (root: string): Promise<string> => {
  const bare = await mkdtemp(join(tmpdir(), 'chatbox-bare-'));
  await chmod(bare, 0o755);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const paths = git('ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0').filter(Boolean);
  for (const path of paths.filter((path) => existsSync(join(root, path)))) await cp(join(root, path), join(bare, path));
  // Nx keeps what it has built by repository and content: what the tests have built before is not built again.
  await writeFile(join(bare, '.git'), `gitdir: ${git('rev-parse', '--absolute-git-dir')}`);
  for (const folder of packageFolders(root)) linkFolder(join(root, folder), join(bare, folder));
  await rm(join(bare, 'node_modules/.cache'), { recursive: true, force: true });
  return bare;
};

export const forgetBuild = async (bare: string): Promise<void> => {
  for (const project of PROJECTS)
    for (const result of ['dist', '.next']) await rm(join(bare, project, result), { recursive: true, force: true });
};

export const removeBareCheckout = async (bare: string): Promise<void> => {
  await removeFolder(join(bare, '.data/postgres'));
  await rm(bare, { recursive: true, force: true });
};

/** PATH of somebody who has just installed Node: without what npm adds for a script. */
export const plainPath = (path = ''): string =>
  path
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);

const PROJECTS = ['libs/contracts', 'libs/engine', 'libs/chat-client', 'apps/api', 'apps/web'];

const packageFolders = (root: string): string[] => [
  'node_modules',
  ...['apps', 'libs']
    .flatMap((top) => readdirSync(join(root, top)).map((name) => join(top, name, 'node_modules')))
    .filter((folder) => existsSync(join(root, folder))),
];

/** As hard links, which cost nothing; as copies where the temporary folder is on another disk. Links stay as they are. */
const linkFolder = (from: string, to: string): void => {
  try {
    execFileSync('cp', ['-RPl', from, to], { stdio: 'ignore' });
  } catch {
    execFileSync('rm', ['-rf', to]);
    execFileSync('cp', ['-RP', from, to]);
  }
};
