import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_MICROSECONDS = 10_000;
/** https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files and, for older systems, cgroup v1's cpu controller. */
const PLACES = [
  {
    root: '/sys/fs/cgroup/cpu',
    limit: (folder: string, quota: number) => {
      writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_MICROSECONDS));
      writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
    },
  },
  {
    root: '/sys/fs/cgroup',
    limit: (folder: string, quota: number) => writeFileSync(join(folder, 'cpu.max'), `${quota} ${PERIOD_MICROSECONDS}`),
  },
];

/** A share of one processor that the processes in it cannot exceed, however idle the machine is. */
export class CpuShare {
  private readonly folder: string;
  private readonly root: string;

  private constructor(root: string, folder: string) {
    this.root = root;
    this.folder = folder;
  }

  /** Throws where this system lets us limit nobody: that takes root and a writable cgroup file system. */
  static of(share: number): CpuShare {
    for (const { root, limit } of PLACES) {
      const folder = join(root, `chatbox-bench-${crypto.randomUUID()}`);
      try {
        mkdirSync(folder);
      } catch {
        continue;
      }
      try {
        limit(folder, Math.round(share * PERIOD_MICROSECONDS));
        return new CpuShare(root, folder);
      } catch {
        rmdirSync(folder);
      }
    }
    throw new Error('processor shares cannot be limited here: that takes root and a writable /sys/fs/cgroup');
  }

  add(pid: number): void {
    writeFileSync(join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Lets go of whoever is in it. */
  close(pids: readonly number[]): void {
    for (const pid of pids)
      try {
        writeFileSync(join(this.root, 'cgroup.procs'), String(pid));
      } catch {
        // It has ended.
      }
    rmdirSync(this.folder);
  }
}
