import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figuresTable } from './report.ts';
import { ReportFile, readReport } from './report-file.ts';
import type { Outcome } from './run.ts';

const HEAD = { command: 'npm run drill', seed: 40, machine: {}, replicas: 3, leaseSeconds: 2, stages: 2 };
const outcome = (run: number, violations: string[] = []): Outcome => ({
  run,
  scenario: 'link-cut',
  seed: 39 + run,
  seconds: 2,
  messages: 4,
  characters: 900,
  violations,
  figures: { 'R5 requests meanwhile': [run] },
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatbox-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('has a whole report from the first run on, in the order of the plan, and keeps what was seen in a bad run apart', async () => {
  const report = await ReportFile.open(folder, false, HEAD);
  await report.add({
    ...outcome(2, ['a message was lost']),
    evidence: { readers: [{ name: 'Ann', frames: [], shown: [] }], databases: {} },
  });
  expect((await readReport(join(folder, 'drill.json'))).runs).toMatchObject([{ run: 2 }]);
  await report.add(outcome(1));
  await report.close();
  const written = await readReport(join(folder, 'drill.json'));
  expect(written.runs).toEqual([outcome(1), outcome(2, ['a message was lost'])]);
  const markdown = await readFile(join(folder, 'drill.md'), 'utf8');
  expect(markdown).toContain(figuresTable(written));
  expect(markdown).toContain('npm run drill -- --only link-cut --seed 41 --runs 1');
  expect((await readdir(folder)).sort()).toEqual(['bad-2-link-cut-41.json', 'drill.json', 'drill.md']);
});

it('goes on with what is there, by the seed of then', async () => {
  const first = await ReportFile.open(folder, false, HEAD);
  await first.add(outcome(1));
  await first.close();
  const again = await ReportFile.open(folder, true, { ...HEAD, seed: 99 });
  expect([again.seed, again.has(1), again.has(2)]).toEqual([40, true, false]);
  await again.add(outcome(2));
  await again.close();
  expect((await readReport(join(folder, 'drill.json'))).runs.map(({ run }) => run)).toEqual([1, 2]);
  await expect(ReportFile.open(undefined, true, HEAD)).rejects.toThrow('--report');
});
