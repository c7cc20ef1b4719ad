import { parseArgs } from 'node:util';
import { messageOf, StartError } from '../../apps/api/src/common/start-error.ts';
import { readConfig } from '../../apps/api/src/config/read-config.ts';
import { lockDataFolder, makeDataFolder } from '../../apps/api/src/database/data-folder.ts';
import { migrate, openDatabase } from '../../apps/api/src/database/database.ts';
import { startPostgres } from '../../apps/api/src/database/embedded-postgres.ts';
import { FEW_CONNECTIONS } from '../../apps/api/src/database/pool-options.ts';

const HELP = `Usage: npm run migrate

Brings the database up to this version without starting the service. \`npm start\` does it as well.

  --help   Show this.
`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const config = readConfig(process.env);
  await makeDataFolder(config.DATA_DIR);
  const lock = config.MODE === 'embedded' ? await lockDataFolder(config.DATA_DIR) : null;
  const lives = new AsyncDisposableStack();
  if (lock) lives.defer(() => lock.release());
  try {
    const postgres = await startPostgres(config);
    lives.defer(() => postgres.stop());
    const source = await openDatabase(FEW_CONNECTIONS, postgres.url);
    lives.defer(() => source.destroy());
    const names = await migrate(source);
    process.stdout.write(
      names.length === 0 ? 'nothing to migrate\n' : `${names.map((name) => `ran ${name}`).join('\n')}\n`,
    );
  } finally {
    await lives.disposeAsync();
  }
};

await main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(error instanceof StartError ? error.exitCode : 1);
});
