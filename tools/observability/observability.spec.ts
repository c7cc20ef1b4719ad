import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../test/debian.ts';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
const DEPLOYED = join(ROOT, 'deploy/observability');

const needed = (program: string, debianPackage: string): string => {
  const path = findProgram(process.env, [program], debianPackage);
  if (!path) throw new Error(`These tests need ${program}: install the package "${debianPackage}"`);
  return path;
};

/** The deployed files with what only the place decides: where secrets are mounted. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatbox-observability-'));
  await cp(DEPLOYED, folder, { recursive: true });
  for (const name of ['metrics_token', 'smtp_password']) await writeFile(join(folder, name), 'x');
  for (const name of ['prometheus.yml', 'alertmanager.yml']) {
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.replaceAll('/run/secrets', folder));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a checker said and how it ended. */
const said = async (program: string, args: string[]): Promise<string> => {
  const { stdout, stderr } = await run(program, args, { cwd: folder }).catch((error: Error & Partial<Said>) => {
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  return stdout + stderr;
};
interface Said {
  stdout: string;
  stderr: string;
}
const filesIn = async (part: string): Promise<string[]> =>
  (await readdir(join(DEPLOYED, part))).map((name) => join(part, name)).sort();
const textOf = async (part: string): Promise<string> =>
  (await Promise.all((await filesIn(part)).map((path) => readFile(join(DEPLOYED, path), 'utf8')))).join('\n');

interface Rule {
  name: string;
  severity: string | undefined;
  summary: string | undefined;
  description: string | undefined;
  runbook: string | undefined;
}
/** The alert rules, by the lines of their files. */
const alertRules = async (): Promise<Rule[]> =>
  (await textOf('rules'))
    .split(/^ {6}- (?=alert: |record: )/m)
    .filter((block) => block.startsWith('alert: '))
    .map((block) => {
      const value = (key: string) => new RegExp(`^ +${key}: (.+)$`, 'm').exec(block)?.[1];
      return {
        name: /^alert: (\w+)$/m.exec(block)?.[1] ?? '',
        severity: value('severity'),
        summary: value('summary'),
        description: value('description'),
        runbook: value('runbook_url'),
      };
    });

it('Prometheus accepts its configuration and every rule', async () => {
  const promtool = needed('promtool', 'prometheus');
  expect(await said(promtool, ['check', 'config', 'prometheus.yml'])).toContain('is valid');
  expect(await said(promtool, ['check', 'rules', ...(await filesIn('rules'))])).toContain('SUCCESS');
});

it('Alertmanager accepts its routes, and wakes somebody for what is critical only', async () => {
  const amtool = needed('amtool', 'prometheus-alertmanager');
  expect(await said(amtool, ['check-config', 'alertmanager.yml'])).toContain('SUCCESS');
  const receiver = (severity: string) =>
    said(amtool, ['config', 'routes', 'test', '--config.file=alertmanager.yml', `severity=${severity}`]);
  expect([await receiver('critical'), await receiver('warning')].map((text) => text.split('\n')[0])).toEqual([
    'on-call',
    'operators',
  ]);
});

it.each(['budgets', 'database', 'front-and-recovery', 'replicas', 'requests'])(
  'the alerts on %s fire when they should, and only then',
  async (name) => {
    expect(await said(needed('promtool', 'prometheus'), ['test', 'rules', `tests/${name}.yml`])).toContain('SUCCESS');
  },
);

it('every alert is tested, in each of its severities, once firing and once silent', async () => {
  const text = await textOf('tests');
  const checks = text
    .split('- eval_time: ')
    .slice(1)
    .map((check) => ({
      alert: /alertname="(\w+)"/.exec(check)?.[1],
      severities: [...check.matchAll(/severity="(\w+)"/g)].map(([, severity]) => severity),
    }));
  for (const { name, severity = '' } of await alertRules()) {
    const own = checks.filter(({ alert }) => alert === name).map(({ severities }) => severities.includes(severity));
    expect({ name, severity, fires: own.includes(true), isSilent: own.includes(false) }).toEqual({
      name,
      severity,
      fires: true,
      isSilent: true,
    });
  }
  expect(new Set((await filesIn('tests')).map((path) => path.replace(/^tests\/|\.yml$/g, '')))).toEqual(
    new Set(['budgets', 'database', 'front-and-recovery', 'replicas', 'requests']),
  );
});

it('every alert says how bad it is, what is wrong and where it stands what to do', async () => {
  const rules = await alertRules();
  expect(rules.length).toBeGreaterThan(20);
  for (const { name, severity, summary, description, runbook } of rules)
    expect({ name, severity, summary, description, runbook }).toEqual({
      name: expect.stringMatching(/^Chatbox[A-Z]\w+$/),
      severity: expect.stringMatching(/^(warning|critical)$/),
      summary: expect.any(String),
      description: expect.any(String),
      runbook: `https://chat.example.org/admin/runbooks/${name}`,
    });
});

it('there is a runbook for every alert, and none for anything else, with symptom, check and act', async () => {
  const names = new Set((await alertRules()).map(({ name }) => `${name}.md`));
  expect((await readdir(join(ROOT, 'docs/runbooks'))).sort()).toEqual([...names].sort());
  for (const name of names) {
    const text = await readFile(join(ROOT, 'docs/runbooks', name), 'utf8');
    expect([...text.matchAll(/^#+ .+$/gm)].map(([line]) => line)).toEqual([
      `# ${name.replace('.md', '')}`,
      '## Symptom',
      '## Check',
      '## Act',
    ]);
    // The log names its levels; whoever looks for a number finds nothing, and takes it for good news.
    expect(text).not.toMatch(/"level":[(\d]/);
    // A runbook that sends one to another names one that there is.
    for (const [other] of text.matchAll(/Chatbox[A-Z]\w+/g)) expect(names).toContain(`${other}.md`);
    for (const [, script] of text.matchAll(/npm run ([\w-]+)/g))
      expect(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).scripts).toHaveProperty(script ?? '');
  }
});

it('every question of the boards and runbooks is one that Prometheus understands', async () => {
  const questions: string[] = [];
  for (const path of await filesIn('grafana/dashboards')) {
    const board = JSON.parse(await readFile(join(DEPLOYED, path), 'utf8')) as Board;
    expect([board.uid, board.editable]).toEqual([path.replace(/.*\/|\.json$/g, ''), false]);
    for (const { type, title, description, targets = [] } of board.panels) {
      if (type === 'row') continue;
      expect([title, description, targets.length > 0]).toEqual([expect.any(String), expect.any(String), true]);
      questions.push(...targets.map(({ expr }) => expr));
    }
    questions.push(...board.annotations.list.map(({ expr }) => expr));
  }
  for (const name of await readdir(join(ROOT, 'docs/runbooks'))) {
    const text = await readFile(join(ROOT, 'docs/runbooks', name), 'utf8');
    questions.push(...[...text.matchAll(/```promql\n([^`]+)```/g)].map(([, question]) => (question ?? '').trim()));
  }
  expect(questions.length).toBeGreaterThan(40);
  const rules = questions.map((expr, index) => `      - { record: "q:${index}", expr: ${JSON.stringify(expr)} }`);
  await writeFile(join(folder, 'questions.yml'), `groups:\n  - name: questions\n    rules:\n${rules.join('\n')}\n`);
  expect(await said(needed('promtool', 'prometheus'), ['check', 'rules', 'questions.yml'])).toContain('SUCCESS');
});

it('no board shows a figure where nothing is read', async () => {
  const asked: { path: string; title: string; expr: string }[] = [];
  for (const path of await filesIn('grafana/dashboards')) {
    const board = JSON.parse(await readFile(join(DEPLOYED, path), 'utf8')) as Board;
    for (const { title, targets = [] } of board.panels)
      asked.push(...targets.map(({ expr }) => ({ path, title, expr })));
  }
  const checks = asked.map(({ expr }) => ({ expr, eval_time: '10m', exp_samples: [] }));
  const input_series = [{ series: 'up{job="other"}', values: '1x20' }];
  await writeFile(
    join(folder, 'tests/silence.yml'),
    JSON.stringify({
      rule_files: ['../rules/recording.yml'],
      evaluation_interval: '1m',
      tests: [{ interval: '1m', input_series, promql_expr_test: checks }],
    }),
  );
  expect(checks.length).toBeGreaterThan(30);
  expect(await said(needed('promtool', 'prometheus'), ['test', 'rules', 'tests/silence.yml'])).toContain('SUCCESS');
});

it('availability has one goal, whoever speaks of it', async () => {
  const text = (path: string) => readFile(join(ROOT, path), 'utf8');
  const goal = Number(
    /AVAILABILITY_GOAL = ([\d.]+);/.exec(await text('apps/api/src/metrics/dashboard/widgets.ts'))?.[1],
  );
  expect(goal).toBe(0.999);
  const may = 1 - goal;
  const bounds = [
    ...(await text('deploy/observability/rules/budgets.yml')).matchAll(/http_errors:ratio_rate\w+ > ([\d.]+)/g),
  ];
  // The paces of https://sre.google/workbook/alerting-on-slos/, each over two windows.
  for (const [index, pace] of [14.4, 14.4, 6, 6, 3, 3, 1, 1].entries())
    expect(Number(bounds[index]?.[1])).toBeCloseTo(pace * may, 10);
  expect(bounds).toHaveLength(8);
  const boards = await textOf('grafana/dashboards');
  expect([...boards.matchAll(/ratio_rate7d.*?\/ ([\d.]+)/g)].map(([, share]) => Number(share))).toEqual([0.001]);
  const spoken = `${goal * 100} %`;
  for (const path of [
    'apps/web/src/features/admin/dashboard/say-widget.ts',
    'deploy/observability/rules/budgets.yml',
    'docs/operations.md',
    'docs/runbooks/ChatboxAvailabilityBudgetBurn.md',
  ])
    expect([path, (await text(path)).includes(spoken)]).toEqual([path, true]);
});

it('the event loop is late from the same time on for the dashboard, the alert and the board', async () => {
  const text = (path: string) => readFile(join(ROOT, path), 'utf8');
  const widget = /id: 'event_loop',[^}]*thresholds: \{ warning: ([\d.]+)/s.exec(
    await text('apps/api/src/metrics/dashboard/widgets.ts'),
  );
  const alert = /event_loop_delay_seconds\{quantile="0.99"\}\) > ([\d.]+)/.exec(await textOf('rules'));
  expect([widget?.[1], alert?.[1]]).toEqual(['0.2', '0.2']);
  expect(await textOf('grafana/dashboards')).toContain('Later than 0.2 s is out of breath');
});

interface Board {
  uid: string;
  editable: boolean;
  panels: { type: string; title: string; description?: string; targets?: { expr: string }[] }[];
  annotations: { list: { expr: string }[] };
}
