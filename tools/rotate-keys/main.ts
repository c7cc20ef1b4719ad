import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SEALED_TOTP_SECRETS } from '../../apps/api/src/auth/factors/sealed-secrets.ts';
import { Envelopes } from '../../apps/api/src/common/envelope.ts';
import { messageOf, StartError } from '../../apps/api/src/common/start-error.ts';
import { readConfig } from '../../apps/api/src/config/read-config.ts';
import { openDatabase } from '../../apps/api/src/database/database.ts';
import { FEW_CONNECTIONS } from '../../apps/api/src/database/pool-options.ts';
import { reseal } from '../../apps/api/src/database/reseal.ts';
import { SEALED_KEYS } from '../../apps/api/src/providers/sealed-keys.ts';
import { addMasterKey } from './master-key.ts';
import { reachDatabase } from './reach-database.ts';

const HELP = `Usage: npm run rotate-keys [-- --new]

Encrypts the stored keys of model providers and the secrets of authenticator apps again, with the first key of MASTER_KEY.

  --new    First make a new master key and put it in front of the one in DATA_DIR/secrets.json. Stop Chatbox before.
           Where MASTER_KEY is set by you: put the new key in front of the old one, separated by a comma, restart,
           and run this without --new.
  --help   Show this.
`;

const run = async (): Promise<number> => {
  const { values } = parseArgs({ options: { new: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  let config = readConfig(process.env);
  await using database = await reachDatabase(config, { alone: values.new === true });
  if (values.new) {
    await addMasterKey(resolve(config.DATA_DIR), process.env);
    config = readConfig(process.env);
  }
  const source = await openDatabase(FEW_CONNECTIONS, database.url);
  try {
    const { resealed, current, lost } = await reseal(source, new Envelopes(config.MASTER_KEY), [
      SEALED_KEYS,
      SEALED_TOTP_SECRETS,
    ]);
    process.stdout.write(`${resealed} encrypted again, ${current} had the first master key already.\n`);
    for (const name of lost)
      process.stderr.write(`"${name}": no master key opens its secret. Enter the key, or set up the app, again.\n`);
    if (lost.length === 0 && config.MASTER_KEY.includes(','))
      process.stdout.write('The other master keys are needed for older backups only.\n');
    return lost.length === 0 ? 0 : 1;
  } finally {
    await source.destroy();
  }
};

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof StartError ? error.exitCode : 1;
}
