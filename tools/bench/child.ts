import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface ChildOptions {
  env?: Record<string, string | undefined>;
  execArgv?: string[];
  /** Everything it says goes here. */
  log: string;
}

/** A server in a process of its own, which says over IPC where it listens. */
export class Child {
  private readonly process: ChildProcess;
  readonly url: string;

  private constructor(process: ChildProcess, url: string) {
    this.process = process;
    this.url = url;
  }

  static async start(file: string, args: string[], { env, execArgv = [], log }: ChildOptions): Promise<Child> {
    const out = openSync(log, 'a', 0o600);
    const child = fork(file, args, { env: env ?? process.env, execArgv, stdio: ['ignore', out, out, 'ipc'] });
    closeSync(out);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${file} ended with ${code} before it was ready:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
    });
    const [ready] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
    ended.catch(() => undefined);
    return new Child(child, ready.url);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  tell(order: object): void {
    this.process.send(order);
  }

  /** Bytes in use after a collection of garbage; only of what was started with garbage.mjs. */
  async memory(): Promise<{ used: number; rss: number }> {
    const answer = once(this.process, 'message');
    this.tell({ type: 'memory' });
    const [memory] = (await answer) as [{ used: number; rss: number }];
    return memory;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await gone;
  }
}
