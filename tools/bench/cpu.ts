import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which Linux fixes at 100 for what /proc says (proc_pid_stat(5)). */
const MILLISECONDS_PER_TICK = 10;

interface Stat {
  parent: number;
  own: number;
  /** Of children that have ended and were waited for. */
  reaped: number;
}

/** Processor time of a process and of what it started, in milliseconds, as the kernel has counted it; to ±10 ms. */
export const cpuOfTree = (root: number): number => {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat) all.set(Number(name), stat);
  }
  let ticks = 0;
  const visit = (pid: number): void => {
    const stat = all.get(pid);
    if (!stat) return;
    ticks += stat.own + stat.reaped;
    for (const [child, { parent }] of all) if (parent === pid) visit(child);
  };
  visit(root);
  return ticks * MILLISECONDS_PER_TICK;
};

/** Of the process alone. */
export const cpuOf = (pid: number): number => (statOf(pid)?.own ?? 0) * MILLISECONDS_PER_TICK;

export const residentBytes = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
};

const statOf = (pid: number): Stat | undefined => {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It ended while we were looking.
  }
  // The name in parentheses may hold anything, also parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), own: field(14) + field(15), reaped: field(16) + field(17) };
};
