import { join } from 'node:path';
import type { Options } from './options.ts';
import { type Planned, planOf } from './plan.ts';
import { figuresOf, machine } from './report.ts';
import { ReportFile } from './report-file.ts';
import { type Outcome, perform } from './run.ts';
import { say } from './say.ts';
import { Stage } from './stage.ts';
import { Stages } from './stages.ts';

/** Performs what is planned on one stage or several, and says how it went. Returns the exit code. */
export const drill = async (options: Options, dataFolder: string, interrupted: AbortSignal): Promise<number> => {
  const { replicas, leaseSeconds, sockets, reportFolder, json } = options;
  const command = `npm run drill -- ${process.argv.slice(2).join(' ')}`.trim();
  const head = { command, machine: machine(), seed: options.seed, replicas, leaseSeconds, stages: options.stages };
  const report = await ReportFile.open(reportFolder, options.resume, head);
  const { seed } = report;
  const plan = planOf({ ...options, seed });
  const left = new Map(plan.map(({ scenario }) => [scenario.name, scenario.impossible?.()]));
  for (const [name, why] of left) if (why !== undefined) say(`${name} is left out: ${why}`);
  const due = plan.filter(
    ({ run, scenario }) => run >= options.from && left.get(scenario.name) === undefined && !report.has(run),
  );
  const limitedDisk = due.some(({ scenario }) => scenario.fillsDisk);
  const stages = new Stages((number) =>
    Stage.open({ replicas, leaseSeconds, sockets, limitedDisk, dataFolder: join(dataFolder, String(number)), say }),
  );
  const since = performance.now();
  let done = 0;
  const work = async (queue: Planned[], number: number): Promise<void> => {
    for (let next = queue.shift(); next && !interrupted.aborted; next = queue.shift()) {
      const outcome = await unless(interrupted, performed(stages, number, next));
      if (!outcome) return;
      await report.add(outcome);
      done += 1;
      say(lineOf(outcome, plan.length, (performance.now() - since) / 1000 / done, due.length - done));
      if (outcome.isStageBroken) await stages.drop(number);
    }
  };
  try {
    const together = due.filter(({ scenario }) => !scenario.alone);
    const numbers = Array.from({ length: options.stages }, (_, index) => index + 1);
    await Promise.all(numbers.map((number) => work(together, number)));
    // What measures how long others wait has the machine for itself.
    await work(
      due.filter(({ scenario }) => scenario.alone),
      1,
    );
  } finally {
    await stages.close();
    await report.close();
  }
  const { runs } = report;
  const bad = runs.filter(({ violations }) => violations.length > 0).length;
  process.stdout.write(
    json ? `${JSON.stringify({ seed, runs: runs.length, bad, figures: figuresOf(runs) })}\n` : report.markdown,
  );
  return bad === 0 && done === due.length ? 0 : 1;
};

/** A run that could not even be set up is a bad one, and not the end of the drill. */
const performed = (stages: Stages, number: number, planned: Planned): Promise<Outcome> =>
  stages
    .at(number)
    .then((stage) => perform(stage, planned))
    .catch((error: unknown) => ({
      run: planned.run,
      scenario: planned.scenario.name,
      seed: planned.seed,
      seconds: 0,
      messages: 0,
      characters: 0,
      violations: [`could not be performed: ${error instanceof Error ? error.message : error}`],
      figures: {},
      isStageBroken: true,
    }));

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

const lineOf = (outcome: Outcome, runs: number, secondsEach: number, left: number): string => {
  const { run, scenario, seed, seconds, messages, violations } = outcome;
  const pace = left > 0 ? `; ${secondsEach.toFixed(1)} s a run, ${Math.ceil((secondsEach * left) / 60)} min to go` : '';
  const what = violations.map((violation) => `\n      ${violation}`).join('');
  return `${violations.length === 0 ? 'ok ' : 'BAD'} ${run}/${runs} ${scenario} seed ${seed}: ${messages} messages, ${seconds.toFixed(1)} s${pace}${what}`;
};
