import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';

const QUIET_MILLISECONDS = 300;

/** Compiles the API and the libraries on every change and says when the result is there; the page reloads by itself. */
export const watchApi = (root: string, onBuilt: () => void): void => {
  const compiler = spawn(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--watch', '--preserveWatchOutput', join(root, 'apps/api')],
    { stdio: 'inherit' },
  );
  process.on('exit', () => compiler.kill());
  let timer: NodeJS.Timeout | undefined;
  for (const folder of ['apps/api/dist', 'libs/contracts/dist', 'libs/engine/dist'])
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.js')) return;
      clearTimeout(timer);
      timer = setTimeout(onBuilt, QUIET_MILLISECONDS);
    });
};
