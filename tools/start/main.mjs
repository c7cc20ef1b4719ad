// Runs on any Node that knows modules, so that an old one is told what is missing instead of failing at new syntax.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLDEST = [20, 19];
const NEEDED = [24, 9];
const pinned = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
const here = process.versions.node.split('.').map(Number);
const isOlder = (a, b) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

const fail = (message) => {
  process.stderr.write(`\n  ${message}\n\n`);
  process.exit(1);
};

if (isOlder(here, OLDEST))
  fail(
    `This is Node ${process.versions.node}. Chatbox needs Node ${OLDEST.join('.')} or newer: https://nodejs.org/en/download`,
  );
else if (!existsSync(fileURLToPath(new URL('../../node_modules', import.meta.url))))
  fail('The packages are not installed yet. Run: npm ci');
else if (isOlder(here, NEEDED)) {
  // `npm start` finds the pinned Node by itself; this is for who starts the file with another one.
  if (!existsSync(pinned)) fail('The Node that Chatbox brings is not installed. Run: npm ci');
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code === null ? 1 : code));
} else {
  // The settings are checked before anything is built, and their schema reads the contracts: those come first of all.
  import('./libs.mjs').then(() => import('./start.ts')).then(({ start }) => start(process.argv.slice(2), process.env));
}
