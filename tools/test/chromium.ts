import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where the browser of the tests is; on Debian, as root, it is installed when it is missing. */
export const findChromium = (env: NodeJS.ProcessEnv): string => {
  const named = env.CHROMIUM_PATH;
  if (named) return named;
  const found = PLACES.find(existsSync);
  if (found) return found;
  if (process.getuid?.() === 0 && isDebian()) {
    process.stdout.write('installing the Debian package chromium\n');
    const apt = (args: string[]) =>
      spawnSync('apt-get', args, { stdio: 'ignore', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } });
    apt(['update']);
    apt(['install', '--yes', '--no-install-recommends', 'chromium']);
    const installed = PLACES.find(existsSync);
    if (installed) return installed;
  }
  throw new Error(
    'The browser tests need Chromium: install the package "chromium", or name its program in CHROMIUM_PATH',
  );
};

const isDebian = (): boolean => {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
};
