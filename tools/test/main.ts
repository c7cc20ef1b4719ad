import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from '../start/build.ts';
import { findChromium, missingFor } from './programs.ts';

interface Project {
  name: string;
  kind: (typeof KINDS)[number];
  config: string;
  /** Where one configuration holds several. */
  select?: string;
}

const KINDS = ['unit', 'api', 'e2e'] as const;
/** Rules only compute. The others wait more than half of their time, for streams, restarts and pages. */
const WORKERS = { unit: 2, api: 6, e2e: 4 };

const root = resolve(import.meta.dirname, '../..');
const PROJECTS: Project[] = [
  { name: 'contracts', kind: 'unit', config: 'libs/contracts/jest.config.mjs' },
  { name: 'engine', kind: 'unit', config: 'libs/engine/jest.config.mjs' },
  { name: 'chat-client', kind: 'unit', config: 'libs/chat-client/jest.config.mjs' },
  { name: 'web', kind: 'unit', config: 'apps/web/jest.config.mjs' },
  { name: 'api rules', kind: 'unit', config: 'apps/api/jest.config.mjs', select: 'api-unit' },
  { name: 'api', kind: 'api', config: 'apps/api/jest.config.mjs', select: 'api' },
  { name: 'tools', kind: 'e2e', config: 'tools/jest.config.mjs' },
  { name: 'browser', kind: 'e2e', config: 'apps/e2e/jest.config.mjs' },
];

function namesOf(wanted: Project['kind']): string {
  return PROJECTS.filter(({ kind }) => kind === wanted)
    .map(({ name }) => name)
    .join(', ');
}

interface Outcome {
  passed: number;
  failed: number;
}

const HELP = `Usage: npm test -- [unit] [api] [e2e] [-- options of jest]

  unit     ${namesOf('unit')}
  api      ${namesOf('api')}
  e2e      ${namesOf('e2e')}
  --help   Show this.

The last line is always \`N passed, N failed\`.
`;

const main = async (argv: string[]): Promise<number> => {
  const end = argv.indexOf('--');
  const kinds = end < 0 ? argv : argv.slice(0, end);
  const extra = end < 0 ? [] : argv.slice(end + 1);
  if (kinds.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const chosen = PROJECTS.filter(
    ({ kind, config }) => (kinds.length === 0 || kinds.includes(kind)) && existsSync(join(root, config)),
  );
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-results-'));
  const total: Outcome = { passed: 0, failed: 0 };
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
    NODE_ENV: 'test',
  };
  try {
    const walk = async (projects: Project[]): Promise<void> => {
      for (const project of projects) {
        const { passed, failed } = await report(project, env, extra, folder);
        total.passed += passed;
        total.failed += failed;
      }
    };
    const of = (kind: Project['kind']): Project[] => chosen.filter((project) => project.kind === kind);
    const missing = new Set(KINDS.filter((kind) => of(kind).length > 0).flatMap((kind) => missingFor(kind, env)));
    if (missing.size > 0) process.stdout.write(`✗ not on this machine: ${[...missing].join(', ')}\n`);
    // The engine's tests mostly wait for Redis, the others and the building only compute.
    const isWaiting = ({ name }: Project): boolean => name === 'engine';
    const computing = async (): Promise<void> => {
      await walk(of('unit').filter((project) => !isWaiting(project)));
      // What runs the built program needs it built.
      if (chosen.some(({ kind }) => kind !== 'unit')) await build(root, { page: of('e2e').length > 0 });
    };
    await Promise.all([walk(of('unit').filter(isWaiting)), computing()]);
    // Side by side these would take hardly less time, and disturb each other's streams.
    for (const kind of ['api', 'e2e'] as const) await walk(of(kind));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
};

/** Runs one project, and says when it begins and how it ended. */
const report = async (project: Project, env: NodeJS.ProcessEnv, extra: string[], folder: string): Promise<Outcome> => {
  const { name } = project;
  const began = performance.now();
  process.stdout.write(`… ${name}\n`);
  let outcome: Outcome;
  try {
    if (name === 'browser') env.CHROMIUM_PATH = findChromium(env);
    outcome = await runProject(project, env, extra, join(folder, `${name}.json`));
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
    outcome = { passed: 0, failed: 1 };
  }
  const { passed, failed } = outcome;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${failed === 0 ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed, ${seconds} s\n`);
  return outcome;
};

const runProject = async (
  project: Project,
  env: NodeJS.ProcessEnv,
  extra: string[],
  results: string,
): Promise<Outcome> => {
  await rm(results, { force: true });
  const args = [
    join(root, 'node_modules/jest/bin/jest.js'),
    '-c',
    join(root, project.config),
    '--json',
    `--outputFile=${results}`,
  ];
  if (project.select) args.push('--selectProjects', project.select);
  args.push('--passWithNoTests', `--maxWorkers=${WORKERS[project.kind]}`, ...extra);
  const { code, output } = await run(args, env);
  if (code !== 0) process.stdout.write(`${output.trim()}\n`);
  const written = await readFile(results, 'utf8').catch(() => null);
  if (written === null) return { passed: 0, failed: 1 };
  const report = JSON.parse(written) as {
    numPassedTests: number;
    numFailedTests: number;
    numRuntimeErrorTestSuites: number;
    testResults: { assertionResults: { fullName: string; status: string; invocations?: number }[] }[];
  };
  for (const { fullName, status, invocations = 1 } of report.testResults.flatMap((one) => one.assertionResults))
    if (status === 'passed' && invocations > 1) process.stdout.write(`! passed at the second try: ${fullName}\n`);
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  // A run that ends badly without a failed test (a handle, a tear-down) has failed all the same.
  return { passed: report.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
};

const run = (args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
  });

process.exit(await main(process.argv.slice(2)));
