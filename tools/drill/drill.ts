import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from './options.ts';
import { figuresOf, jsonOf, machine, markdownOf, type Report } from './report.ts';
import { type Outcome, perform } from './run.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS, SHORT } from './scenarios/all.ts';
import { Stage } from './stage.ts';

/** Opens the stage, performs the runs one after the other, and says how it went. Returns the exit code. */
export const drill = async (options: Options, dataFolder: string, interrupted: AbortSignal): Promise<number> => {
  const { replicas, leaseSeconds, sockets, seed, reportFolder, json } = options;
  const plan = planOf(options);
  const began = new Date().toISOString();
  const runs: Outcome[] = [];
  const stage = await Stage.open({ replicas, leaseSeconds, sockets, dataFolder, say });
  try {
    for (const [index, scenario] of plan.entries()) {
      if (interrupted.aborted) break;
      const outcome = await unless(interrupted, performed(stage, scenario, seed + index));
      if (!outcome) break;
      runs.push(outcome);
      say(lineOf(index + 1, plan.length, outcome));
    }
  } finally {
    await stage.close();
  }
  const report: Report = {
    command: `npm run drill -- ${process.argv.slice(2).join(' ')}`.trim(),
    began,
    ended: new Date().toISOString(),
    seed,
    machine: machine(),
    replicas,
    leaseSeconds,
    runs,
  };
  const markdown = markdownOf(report, SCENARIOS);
  if (reportFolder) {
    await mkdir(reportFolder, { recursive: true });
    await writeFile(join(reportFolder, 'drill.json'), jsonOf(report));
    await writeFile(join(reportFolder, 'drill.md'), markdown);
  }
  const bad = runs.filter(({ violations }) => violations.length > 0).length;
  process.stdout.write(
    json ? `${JSON.stringify({ seed, runs: runs.length, bad, figures: figuresOf(runs) })}\n` : markdown,
  );
  return bad === 0 && runs.length === plan.length ? 0 : 1;
};

/** A run that could not even be set up is a bad one, and not the end of the drill. */
const performed = (stage: Stage, scenario: Scenario, seed: number): Promise<Outcome> =>
  perform(stage, scenario, seed).catch((error: unknown) => ({
    scenario: scenario.name,
    seed,
    seconds: 0,
    messages: 0,
    violations: [`could not be performed: ${error instanceof Error ? error.message : error}`],
    figures: {},
  }));

/** Round after round; what takes long comes once in several. */
const planOf = ({ only, short, runs }: Options): Scenario[] => {
  const names = SCENARIOS.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: there are ${names.join(', ')}`);
  const wanted = only.length > 0 ? only : short ? SHORT : names;
  const chosen = SCENARIOS.filter(({ name }) => wanted.includes(name));
  const plan: Scenario[] = [];
  const count = runs ?? chosen.length;
  for (let round = 0; plan.length < count; round += 1)
    plan.push(...chosen.filter(({ everyRounds = 1 }) => only.length > 0 || round % everyRounds === 0));
  return plan.slice(0, count);
};

/** What is interrupted need not come to its end: the stage closes under it. */
const unless = <T>(interrupted: AbortSignal, act: Promise<T>): Promise<T | undefined> => {
  act.catch(() => undefined);
  return Promise.race([
    act,
    new Promise<undefined>((resolve) =>
      interrupted.addEventListener('abort', () => resolve(undefined), { once: true }),
    ),
  ]);
};

const lineOf = (run: number, runs: number, { scenario, seed, seconds, messages, violations }: Outcome): string =>
  `${violations.length === 0 ? 'ok ' : 'BAD'} ${run}/${runs} ${scenario} seed ${seed}: ${messages} messages, ${seconds.toFixed(1)} s${violations.map((what) => `\n      ${what}`).join('')}`;

const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};
