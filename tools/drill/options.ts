import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  help: boolean;
  short: boolean;
  json: boolean;
  seed: number;
  runs: number | undefined;
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
      only: { type: 'string', default: '' },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      replicas: { type: 'string', default: '3' },
      lease: { type: 'string', default: '3' },
      sockets: { type: 'string' },
      report: { type: 'string' },
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, short, json, report } = values;
  return {
    help,
    short,
    json,
    seed: whole('--seed', values.seed, 0, 2 ** 31),
    runs: values.runs === undefined ? undefined : whole('--runs', values.runs, 1, 100_000),
    only: values.only
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    replicas: whole('--replicas', values.replicas, 2, 16),
    sockets: whole('--sockets', values.sockets ?? (short ? '500' : '5000'), 1, 20_000),
    leaseSeconds: whole('--lease', values.lease, 1, 60),
    reportFolder: report === undefined ? undefined : resolve(report),
    dataFolder: values['data-dir'] === undefined ? undefined : resolve(values['data-dir']),
  };
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`${name} is a whole number from ${least} to ${most}.`);
  return value;
};
