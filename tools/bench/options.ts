import { parseArgs } from 'node:util';

export interface Options {
  help: boolean;
  only: string[];
  short: boolean;
  rounds: number;
  json: string | undefined;
  profile: string | undefined;
}

const ROUNDS = 5;
const SHORT_ROUNDS = 2;

export const HELP = `
  npm run bench -- [options]

    --only P2,P9        These goals only
    --short             Two rounds with fewer and shorter streams, for CI
    --rounds <number>   How often everything is measured (${ROUNDS}, short: ${SHORT_ROUNDS})
    --json <file>       Write every figure to a file as well
    --profile <folder>  Leave a processor profile of the API there (P2, P3, P4, P8, P9)
    --help              This text

  Measures, never judges: the exit code says only whether it ran. What the goals are: docs/benchmarks.md
`;

/** A wrong option is an Error whose message names it. */
export const readOptions = (argv: string[]): Options => {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string', default: '' },
      short: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, short, json, profile } = values;
  const rounds = values.rounds === undefined ? (short ? SHORT_ROUNDS : ROUNDS) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1 on');
  const only = values.only
    .split(',')
    .map((name) => name.trim().toUpperCase())
    .filter(Boolean);
  return { help, only, short, rounds, json, profile };
};
