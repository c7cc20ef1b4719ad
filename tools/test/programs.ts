import { findProgram } from './debian.ts';

interface Program {
  name: string;
  places: string[];
  debianPackage: string;
}

const REDIS: Program[] = [
  { name: 'redis-server', places: ['redis-server'], debianPackage: 'redis-server' },
  { name: 'redis-sentinel', places: ['redis-sentinel'], debianPackage: 'redis-sentinel' },
];
const NGINX: Program = { name: 'nginx', places: ['nginx', '/usr/sbin/nginx'], debianPackage: 'nginx-light' };
const PROMETHEUS: Program = { name: 'prometheus', places: ['prometheus'], debianPackage: 'prometheus' };
const ALERTMANAGER: Program = { name: 'amtool', places: ['amtool'], debianPackage: 'prometheus-alertmanager' };
/**
 * The browser without the window it does not show here: what Playwright takes for tests without one, too. It is Chromium's own
 * engine, network and scripts at half the processor time.
 */
const CHROMIUM: Program = {
  name: 'Chromium',
  places: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
  debianPackage: 'chromium-headless-shell',
};

/** What the tests of one kind start that npm does not bring. */
const NEEDED = { unit: REDIS, api: [...REDIS, NGINX, PROMETHEUS], e2e: [...REDIS, NGINX, PROMETHEUS, ALERTMANAGER] };

/**
 * Makes sure, before the first test begins, that what they start is there: several tests that installed something at once
 * would be in each other's way. Hands out the names of what is missing.
 */
export const missingFor = (kind: keyof typeof NEEDED, env: NodeJS.ProcessEnv): string[] =>
  NEEDED[kind]
    .filter(({ places, debianPackage }) => findProgram(env, places, debianPackage) === undefined)
    .map(({ name, debianPackage }) => `${name} (Debian: ${debianPackage})`);

/** Where the browser of the tests is; on Debian, as root, it is installed when it is missing. */
export const findChromium = (env: NodeJS.ProcessEnv): string => {
  const { places, debianPackage } = CHROMIUM;
  const found = env.CHROMIUM_PATH || findProgram(env, places, debianPackage);
  if (found) return found;
  throw new Error(
    `The browser tests need Chromium: install the package "${debianPackage}" or "chromium", or name its program in CHROMIUM_PATH`,
  );
};
