import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Somebody else may be installing; waited for, in seconds. */
const LOCK_PATIENCE = 300;

/** The program in one of these places or on PATH; on Debian, as root, its package is installed when it is missing. */
export const findProgram = (env: NodeJS.ProcessEnv, places: string[], debianPackage: string): string | undefined => {
  const look = () => places.flatMap((place) => candidates(env, place)).find(isProgram);
  const found = look();
  if (found || process.getuid?.() !== 0 || !isDebian()) return found;
  process.stderr.write(`installing the Debian package ${debianPackage}\n`);
  // The lists are tried as they are first: fetching them takes longer than most packages.
  const install = ['install', '--yes', '--no-install-recommends', debianPackage];
  if (apt(env, install) !== null) {
    apt(env, ['update']);
    const complaint = apt(env, install);
    if (complaint !== null) process.stderr.write(`${complaint}\n`);
  }
  return look();
};

/** null when it has worked, else what it complained of. */
const apt = (env: NodeJS.ProcessEnv, args: string[]): string | null => {
  const { status, stderr } = spawnSync('apt-get', ['-o', `DPkg::Lock::Timeout=${LOCK_PATIENCE}`, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0 ? null : (stderr?.toString().trim() ?? 'apt-get could not be started');
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
