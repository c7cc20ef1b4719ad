import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonOf, markdownOf, type Report } from './report.ts';
import type { Outcome } from './run.ts';
import { SCENARIOS } from './scenarios/all.ts';

/** Between two writings while runs come in; the last one is always written. */
const EVERY_MILLISECONDS = 5_000;

type Head = Omit<Report, 'began' | 'ended' | 'runs'>;

/**
 * The report as it grows. What stands in the folder is whole at any moment, so that a drill that was ended, by whatever,
 * has a report of what it did and can go on with it.
 */
export class ReportFile {
  private readonly folder: string | undefined;
  private readonly report: Report & { runs: Outcome[] };
  private written = Number.NEGATIVE_INFINITY;

  private constructor(folder: string | undefined, report: Report & { runs: Outcome[] }) {
    this.folder = folder;
    this.report = report;
  }

  /** With `resume`, goes on with the report in the folder, with its seed. */
  static async open(folder: string | undefined, resume: boolean, head: Head): Promise<ReportFile> {
    if (folder) await mkdir(folder, { recursive: true });
    const now = new Date().toISOString();
    if (!resume) return new ReportFile(folder, { ...head, began: now, ended: now, runs: [] });
    if (!folder) throw new Error('--resume goes on with the report in a folder: name it by --report');
    const { seed, began, runs } = await readReport(join(folder, 'drill.json'));
    return new ReportFile(folder, { ...head, seed, began, ended: now, runs: [...runs] });
  }

  get seed(): number {
    return this.report.seed;
  }

  get runs(): readonly Outcome[] {
    return this.report.runs;
  }

  get markdown(): string {
    return markdownOf(this.report, SCENARIOS);
  }

  has(run: number): boolean {
    return this.report.runs.some((outcome) => outcome.run === run);
  }

  /** What everybody saw in a bad run is long, and gets a file of its own. */
  async add({ evidence, ...outcome }: Outcome): Promise<void> {
    const { runs } = this.report;
    runs.push(outcome);
    runs.sort((a, b) => a.run - b.run);
    this.report.ended = new Date().toISOString();
    if (!this.folder) return;
    const { run, scenario, seed } = outcome;
    if (evidence)
      await replace(join(this.folder, `bad-${run}-${scenario}-${seed}.json`), JSON.stringify({ ...outcome, evidence }));
    if (performance.now() - this.written > EVERY_MILLISECONDS) await this.write();
  }

  async close(): Promise<void> {
    if (this.folder) await this.write();
  }

  private async write(): Promise<void> {
    this.written = performance.now();
    await replace(join(this.folder ?? '', 'drill.json'), jsonOf(this.report));
    await replace(join(this.folder ?? '', 'drill.md'), this.markdown);
  }
}

export const readReport = async (path: string): Promise<Report> => JSON.parse(await readFile(path, 'utf8')) as Report;

let drafts = 0;
const replace = async (path: string, content: string): Promise<void> => {
  drafts += 1;
  const draft = `${path}.${drafts}`;
  await writeFile(draft, content);
  await rename(draft, path);
};
