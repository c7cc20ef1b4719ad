import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  help: boolean;
  short: boolean;
  json: boolean;
  seed: number;
  runs: number | undefined;
  /** Number of the first run that is done. */
  from: number;
  /** Goes on with the report in the folder. */
  resume: boolean;
  /** How many clusters are broken side by side. */
  stages: number;
  /** A report whose table of goals is printed; nothing is drilled. */
  figuresOf: string | undefined;
  only: string[];
  replicas: number;
  leaseSeconds: number;
  sockets: number;
  reportFolder: string | undefined;
  dataFolder: string | undefined;
}

/** A wrong option is an Error whose message names it. */
export const readOptions = (argv: string[]): Options => {
  const { values } = parseArgs({
    args: argv,
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      runs: { type: 'string' },
      from: { type: 'string', default: '1' },
      resume: { type: 'boolean', default: false },
      stages: { type: 'string', default: '1' },
      figures: { type: 'string' },
      only: { type: 'string', default: '' },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      replicas: { type: 'string', default: '3' },
      lease: { type: 'string', default: '1.5' },
      sockets: { type: 'string' },
      report: { type: 'string' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, short, json, report, resume, figures } = values;
  return {
    help,
    short,
    json,
    seed: whole('--seed', values.seed, 0, 2 ** 31),
    runs: values.runs === undefined ? undefined : whole('--runs', values.runs, 1, 100_000),
    from: whole('--from', values.from, 1, 100_000),
    resume,
    stages: whole('--stages', values.stages, 1, 8),
    figuresOf: figures === undefined ? undefined : resolve(figures),
    only: values.only
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    replicas: whole('--replicas', values.replicas, 2, 16),
    sockets: whole('--sockets', values.sockets ?? (short ? '500' : '5000'), 1, 20_000),
    leaseSeconds: number('--lease', values.lease, 0.5, 60),
    reportFolder: report === undefined ? undefined : resolve(report),
    dataFolder: values['data-dir'] === undefined ? undefined : resolve(values['data-dir']),
  };
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const value = number(name, text, least, most);
  if (!Number.isInteger(value)) throw new Error(`${name} is a whole number.`);
  return value;
};

const number = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new Error(`${name} is a number from ${least} to ${most}.`);
  return value;
};
