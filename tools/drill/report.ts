import { cpus, totalmem } from 'node:os';
import { percentile } from '../bench/statistics.ts';
import { GOAL_HEAD, goalsOf, goalTable } from './goals.ts';
import type { Outcome } from './run.ts';
import type { Scenario } from './scenario.ts';

export interface Report {
  command: string;
  began: string;
  ended: string;
  seed: number;
  machine: object;
  replicas: number;
  leaseSeconds: number;
  /** Clusters that were broken side by side: they share the machine, and what is timed shows it. */
  stages: number;
  runs: readonly Outcome[];
}

export const machine = (): object => ({
  processor: cpus()[0]?.model.trim(),
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
});

/** A line for each run. */
export const jsonOf = ({ runs, ...head }: Report): string => {
  const whole = JSON.stringify({ ...head, goals: goalsOf({ runs }), figures: figuresOf(runs) }, null, 2).replace(
    /\n\}$/,
    '',
  );
  return `${whole},\n  "runs": [\n${runs.map((run) => `    ${JSON.stringify(run)}`).join(',\n')}\n  ]\n}\n`;
};

/** What a person wants to know: what was broken how often, what did not hold, and how long it took. */
export const markdownOf = (report: Report, scenarios: readonly Scenario[]): string => {
  const { runs, seed, began, ended, replicas, leaseSeconds, stages, command } = report;
  const bad = runs.filter(({ violations }) => violations.length > 0);
  const messages = runs.reduce((sum, run) => sum + run.messages, 0);
  const characters = runs.reduce((sum, run) => sum + run.characters, 0);
  const byScenario = scenarios.flatMap(({ name, what }) => {
    const own = runs.filter(({ scenario }) => scenario === name);
    if (own.length === 0) return [];
    const failed = own.filter(({ violations }) => violations.length > 0).length;
    const seconds = own.map((run) => run.seconds);
    return [[name, what, String(own.length), String(failed), percentile(seconds, 0.5).toFixed(1)]];
  });
  const figures = Object.entries(figuresOf(runs)).map(([name, { count, p50, p99, most, sum }]) => [
    name,
    String(count),
    ...[p50, p99, most, sum].map((value) => String(Math.round(value))),
  ]);
  return [
    `# Drill of ${began.slice(0, 16).replace('T', ' ')}`,
    `\`${command}\`, ended ${ended.slice(11, 16)}, seed ${seed}, ${stages > 1 ? `${stages} clusters side by side, ` : ''}${replicas} replicas, leases of ${leaseSeconds} s, ${JSON.stringify(report.machine)}`,
    `${runs.length} runs, ${messages} acknowledged messages, ${characters} characters of answers, ${bad.length} runs in which a promise did not hold.`,
    figuresTable(report),
    table(['scenario', 'what', 'runs', 'did not hold', 'seconds each'], byScenario),
    table(['figure', 'values', 'p50', 'p99', 'most', 'sum'], figures),
    ...bad.map(
      ({ run, scenario, seed: own, violations }) =>
        `## ${scenario}, seed ${own}\n\nRun ${run}; what everybody saw is in bad-${run}-${scenario}-${own}.json. Again: \`npm run drill -- --only ${scenario} --seed ${own} --runs 1\`\n\n${violations.map((what) => `- ${what}`).join('\n')}`,
    ),
    '',
  ].join('\n\n');
};

/** The table of docs/reliability.md. */
export const figuresTable = (report: Report): string => table(GOAL_HEAD, goalTable(goalsOf(report)));

interface Figure {
  count: number;
  p50: number;
  p99: number;
  most: number;
  sum: number;
}

export const figuresOf = (runs: readonly Outcome[]): Record<string, Figure> => {
  const values = new Map<string, number[]>();
  for (const { figures } of runs)
    for (const [name, own] of Object.entries(figures)) values.set(name, [...(values.get(name) ?? []), ...own]);
  return Object.fromEntries(
    [...values].sort().map(([name, all]) => [
      name,
      {
        count: all.length,
        p50: percentile(all, 0.5),
        p99: percentile(all, 0.99),
        most: Math.max(...all),
        sum: all.reduce((sum, value) => sum + value, 0),
      },
    ]),
  );
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
