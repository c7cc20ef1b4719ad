import { findProgram } from './debian.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where the browser of the tests is; on Debian, as root, it is installed when it is missing. */
export const findChromium = (env: NodeJS.ProcessEnv): string => {
  const found = env.CHROMIUM_PATH || findProgram(env, PLACES, 'chromium');
  if (found) return found;
  throw new Error(
    'The browser tests need Chromium: install the package "chromium", or name its program in CHROMIUM_PATH',
  );
};
