import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program in one of these places or on PATH; on Debian, as root, its package is installed when it is missing. */
export const findProgram = (env: NodeJS.ProcessEnv, places: string[], debianPackage: string): string | undefined => {
  const look = () => places.flatMap((place) => candidates(env, place)).find(isProgram);
  const found = look();
  if (found || process.getuid?.() !== 0 || !isDebian()) return found;
  process.stderr.write(`installing the Debian package ${debianPackage}\n`);
  const apt = (args: string[]) =>
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } });
  apt(['update']);
  apt(['install', '--yes', '--no-install-recommends', debianPackage]);
  return look();
};

const candidates = (env: NodeJS.ProcessEnv, place: string): string[] =>
  place.includes('/') ? [place] : (env.PATH ?? '').split(delimiter).map((folder) => join(folder, place));

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const isDebian = (): boolean => {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
};
