import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the process with the sockets is told, and what it says. */
export type Order = { type: 'open'; url: string; count: number; seats: { token: string; conversationId: string }[] };
export type News =
  | { type: 'watching' }
  /** Milliseconds from the moment a socket was lost to the moment it watched again, one for each. */
  | { type: 'back'; milliseconds: number[]; tries: number };

const FILE = join(import.meta.dirname, 'audience-process.ts');

/** Thousands of sockets that watch conversations, in a process of their own. */
export class Audience {
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.process = process;
  }

  /** Resolves when all of them watch. */
  static async open(order: Omit<Order, 'type'>, signal: AbortSignal): Promise<Audience> {
    // As many files as the system lets a process of ours have.
    const shell = ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"', process.execPath, FILE];
    const child = spawn('/bin/sh', shell, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const audience = new Audience(child);
    try {
      child.send({ type: 'open', ...order } satisfies Order);
      await audience.news('watching', signal);
      return audience;
    } catch (error) {
      audience.close();
      throw error;
    }
  }

  /** Resolves when all have been lost and watch again. */
  back(signal: AbortSignal): Promise<Extract<News, { type: 'back' }>> {
    return this.news('back', signal);
  }

  close(): void {
    this.process.kill('SIGKILL');
  }

  private async news<T extends News['type']>(type: T, signal: AbortSignal): Promise<Extract<News, { type: T }>> {
    for (;;) {
      const [news] = (await Promise.race([
        once(this.process, 'message', { signal }),
        once(this.process, 'exit', { signal }).then(([code]) =>
          Promise.reject(new Error(`the audience ended: ${code}`)),
        ),
      ])) as [News];
      if (news.type === type) return news as Extract<News, { type: T }>;
    }
  }
}
