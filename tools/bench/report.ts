import { cpus, totalmem } from 'node:os';
import { median } from './statistics.ts';

/** `times`: of the baseline; `plus`: more than the baseline, in its unit; `self`: of no baseline. */
export type Limit =
  | { kind: 'times'; most: number }
  | { kind: 'times'; least: number }
  | { kind: 'plus'; most: number }
  | { kind: 'self'; most: number };

export interface Row {
  goal: string;
  what: string;
  unit: string;
  /** One value for each round. */
  ours: number[];
  baseline: { name: string; values: number[] } | undefined;
  /** Not given: printed to be seen. */
  limit: Limit | undefined;
  /** Why there are no figures. */
  missing?: string | undefined;
}

interface Verdict {
  ratio: number | undefined;
  met: boolean | undefined;
}

/** Rounds are compared with each other, not medians: both of a round have had the same machine. */
export const judge = ({ ours, baseline, limit }: Row): Verdict => {
  const pairs = (baseline?.values ?? []).flatMap((value, round) => {
    const own = ours[round];
    return own === undefined ? [] : [{ own, value }];
  });
  const ratio = pairs.length > 0 ? median(pairs.map(({ own, value }) => own / value)) : undefined;
  if (limit === undefined || ours.length === 0) return { ratio, met: undefined };
  if (limit.kind === 'self') return { ratio, met: median(ours) <= limit.most };
  if (ratio === undefined) return { ratio, met: undefined };
  if (limit.kind === 'plus') return { ratio, met: median(pairs.map(({ own, value }) => own - value)) <= limit.most };
  return { ratio, met: 'most' in limit ? ratio <= limit.most : ratio >= limit.least };
};

const HEAD = ['', 'what', 'baseline', '', 'ours', 'ratio', 'goal', 'met'];

export const tableOf = (rows: readonly Row[]): string => {
  const lines = rows.map((row) => {
    const { goal, what, unit, ours, baseline, limit, missing } = row;
    if (missing !== undefined) return [goal, what, baseline?.name ?? '', missing, '', '', goalText(limit, unit), '–'];
    const { ratio, met } = judge(row);
    return [
      goal,
      what,
      baseline?.name ?? '',
      baseline ? spreadText(baseline.values, unit) : '',
      spreadText(ours, unit),
      ratio === undefined ? '' : ratio.toFixed(2),
      goalText(limit, unit),
      met === undefined ? '' : met ? 'yes' : 'NO',
    ];
  });
  const all = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const text = all.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return text.join('\n');
};

/** Everything that the table is made of; nothing that names this machine. */
export const jsonOf = (rows: readonly Row[], options: { rounds: number; short: boolean }): string => {
  const processors = cpus();
  const machine = {
    processor: processors[0]?.model.trim(),
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
  const judged = rows.map((row) => ({ ...row, ...judge(row) }));
  return `${JSON.stringify({ at: new Date().toISOString(), ...options, machine, rows: judged }, null, 2)}\n`;
};

const spreadText = (values: readonly number[], unit: string): string => {
  if (values.length === 0) return '';
  const low = figure(Math.min(...values));
  const high = figure(Math.max(...values));
  return `${figure(median(values))} ${unit}${values.length > 1 ? ` (${low}–${high})` : ''}`;
};

const goalText = (limit: Limit | undefined, unit: string): string => {
  if (limit === undefined) return '';
  if (limit.kind === 'self') return `≤ ${figure(limit.most)} ${unit}`;
  if (limit.kind === 'plus') return `≤ baseline + ${figure(limit.most)} ${unit}`;
  return 'most' in limit ? `≤ ${limit.most} ×` : `≥ ${limit.least} ×`;
};

const figure = (value: number): string => {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en').replaceAll(',', '\u202f');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
};
