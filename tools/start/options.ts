import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  help: boolean;
  dev: boolean;
  /** The settings, with those of the command line on top. */
  env: Record<string, string | undefined>;
}

export const HELP = `
  npm start -- [options]

    --port <number>      Port of the one address everything has (PORT, 3000)
    --host <address>     Address to listen on (HOST); not given: this machine only, over IPv4 and IPv6
    --data-dir <folder>  Database, secrets and logs (DATA_DIR, .data)
    --dev                Rebuild and reload when a file changes
    --help               This text

  Everything else is set in the environment: docs/configuration.md
`;

/** A wrong option is an Error whose message names it. */
export const readOptions = (argv: string[], env: NodeJS.ProcessEnv): Options => {
  const { values } = parseArgs({
    args: argv,
    options: {
      port: { type: 'string', short: 'p' },
      host: { type: 'string' },
      'data-dir': { type: 'string' },
      dev: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    help: values.help,
    dev: values.dev,
    env: {
      ...env,
      PORT: values.port ?? env.PORT,
      HOST: values.host ?? env.HOST,
      DATA_DIR: resolve(values['data-dir'] ?? (env.DATA_DIR?.trim() || '.data')),
    },
  };
};
