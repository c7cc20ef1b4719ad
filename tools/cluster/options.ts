import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  help: boolean;
  json: boolean;
  page: boolean;
  replicas: number;
  port: number;
  dataFolder: string;
}

export const HELP = `
  npm run cluster -- [options]

    --replicas <number>  API processes behind the balancer (3)
    --port <number>      Port of the one address everything has (PORT, 3000); 0 takes a free one
    --data-dir <folder>  Databases, settings and logs (.data/cluster)
    --without-page       The API alone, without the page in front
    --json               Print {url, replicas, postgres, standby, redis, nginx} alone on standard output once all is ready
    --help               This text

  The whole of a large installation on this machine: PostgreSQL with a streaming standby, Redis, nginx, several API
  processes, the page. Everything it starts it ends. Needs the programs redis-server and nginx; as root on Debian they are
  installed. Other settings come from the environment: docs/configuration.md
`;

const MOST_REPLICAS = 16;

/** A wrong option is an Error whose message names it. */
export const readOptions = (argv: string[], env: NodeJS.ProcessEnv): Options => {
  const { values } = parseArgs({
    args: argv,
    options: {
      replicas: { type: 'string', default: '3' },
      port: { type: 'string', short: 'p' },
      'data-dir': { type: 'string' },
      'without-page': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = values.port ?? (env.PORT?.trim() || '3000');
  return {
    help: values.help,
    json: values.json,
    page: !values['without-page'],
    replicas: whole('--replicas', values.replicas, 1, MOST_REPLICAS),
    port: whole('--port', port, 0, 65_535),
    dataFolder: resolve(values['data-dir'] ?? '.data/cluster'),
  };
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`${name} is a whole number from ${least} to ${most}.`);
  return value;
};
