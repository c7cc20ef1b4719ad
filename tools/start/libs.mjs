// For programs that run from their sources: those read the libraries by name, as they are built, and all imports are looked
// up before the first line runs. `node --import ./tools/start/libs.mjs program.ts` comes before that.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LIBS = ['libs/contracts', 'libs/engine', 'libs/chat-client'];
const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Milliseconds of the youngest file below; 0 where there is none. */
const newest = (folder) => {
  try {
    const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    return Math.max(0, ...files.map(({ parentPath, name }) => statSync(`${parentPath}/${name}`).mtimeMs));
  } catch {
    return 0;
  }
};
const isStale = (lib) => newest(at(`${lib}/src`)) >= newest(at(`${lib}/dist`));

const stale = LIBS.filter(isStale);
if (stale.length > 0) {
  const compiler = at('node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-b', ...stale.map(at)], { stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write('\n  The libraries could not be built. Run npm ci again.\n\n');
    process.exit(1);
  }
}
