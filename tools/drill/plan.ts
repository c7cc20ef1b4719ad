import type { Options } from './options.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS, SHORT } from './scenarios/all.ts';

/** One run that is to be done. The number counts from one and gives the seed, so that any run can be done alone again. */
export interface Planned {
  run: number;
  seed: number;
  scenario: Scenario;
}

/** Round after round; what takes long comes once in several, and what takes a minute only by name or in a single round. */
export const planOf = ({ only, short, runs, seed }: Pick<Options, 'only' | 'short' | 'runs' | 'seed'>): Planned[] => {
  const names = SCENARIOS.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: there are ${names.join(', ')}`);
  const wanted = only.length > 0 ? only : short ? SHORT : names;
  const chosen = SCENARIOS.filter(
    ({ name, long }) => wanted.includes(name) && (only.length > 0 || runs === undefined || !long),
  );
  const order: Scenario[] = [];
  const count = runs ?? chosen.length;
  for (let round = 0; order.length < count; round += 1)
    order.push(...chosen.filter(({ everyRounds = 1 }) => only.length > 0 || round % everyRounds === 0));
  return order.slice(0, count).map((scenario, index) => ({ run: index + 1, seed: seed + index, scenario }));
};
