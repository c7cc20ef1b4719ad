import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeFolder } from '../../apps/api/src/database/database-user.ts';
import { build } from '../start/build.ts';
import { showOnStandardError } from '../start/show.ts';
import { drill } from './drill.ts';
import { helpOf } from './help.ts';
import { readOptions } from './options.ts';
import { figuresTable } from './report.ts';
import { readReport } from './report-file.ts';
import { SCENARIOS } from './scenarios/all.ts';

const main = async (argv: string[]): Promise<number> => {
  const options = readOptions(argv);
  if (options.help) {
    process.stdout.write(helpOf(SCENARIOS));
    return 0;
  }
  if (options.figuresOf) {
    process.stdout.write(`${figuresTable(await readReport(options.figuresOf))}\n`);
    return 0;
  }
  // Everything but the report is for people who wait.
  showOnStandardError();
  // Once and first: what does not build is no promise that did not hold.
  await build(resolve(import.meta.dirname, '../..'), { page: false });
  const folder = options.dataFolder ?? (await temporaryFolder());
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
  try {
    return await drill(options, folder, interrupted.signal);
  } finally {
    if (options.dataFolder === undefined) {
      for (let number = 1; number <= options.stages; number += 1)
        for (const name of ['a', 'b']) await removeFolder(join(folder, String(number), 'postgres', name, 'postgres'));
      await rm(folder, { recursive: true, force: true });
    }
  }
};

/** PostgreSQL's own user passes through it. */
const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-drill-'));
  await chmod(folder, 0o711);
  return folder;
};

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(2);
}
