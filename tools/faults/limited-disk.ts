import { execFile, execFileSync } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Far more than a drill writes. Memory is taken for what is written, so a filled one costs all of it. */
const SIZE = '1536m';
const CHUNK_BYTES = 1024 * 1024;

/** Disks of PostgreSQL's servers, one each, that can be filled to the last byte. Needs root: each is a mounted tmpfs. */
export class LimitedDisk {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Why there can be none here; undefined where there can. */
  static impossible(): string | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can mount a small disk';
    try {
      execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
      return undefined;
    } catch {
      return 'this system lets nobody mount a small disk';
    }
  }

  /** One for each of the two servers whose folders will be below. */
  static async mount(folder: string): Promise<LimitedDisk> {
    const disk = new LimitedDisk(folder);
    try {
      for (const place of disk.places()) {
        await mkdir(place, { recursive: true, mode: 0o711 });
        await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=711`, 'chatbox-drill', place]);
      }
      return disk;
    } catch (error) {
      await disk.unmount();
      throw error;
    }
  }

  async unmount(): Promise<void> {
    for (const place of this.places()) await run('umount', ['--lazy', place]).catch(() => undefined);
  }

  /** Leaves no byte free on the disk of this folder. Call `free` to give the space back, which was so many bytes. */
  async fill(folder: string): Promise<{ bytes: number; free: () => Promise<void> }> {
    const ballast = join(folder, 'ballast');
    const { bavail, bsize } = await statfs(folder);
    const bytes = bavail * bsize;
    const most = bytes - CHUNK_BYTES;
    if (most > 0) await run('fallocate', ['--length', String(most), ballast]);
    const file = await open(ballast, 'a');
    try {
      for (let size = CHUNK_BYTES; size >= 1; )
        await file.write(Buffer.alloc(size)).catch(() => {
          size = Math.floor(size / 16);
        });
    } finally {
      await file.close();
    }
    return { bytes, free: () => rm(ballast, { force: true }) };
  }

  private places(): string[] {
    return ['a', 'b'].map((server) => join(this.folder, server));
  }
}
