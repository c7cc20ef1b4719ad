import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from './log-file.ts';

export interface ChildOptions {
  name: string;
  args: string[];
  env: Record<string, string | undefined>;
  log: LogFile;
  /** Called whenever it answers (again), and with `null` when it has gone. */
  onUrl(url: string | null): void;
  onRestart(reason: string): void;
  /** It cannot be kept alive. */
  onGivenUp(reason: string): void;
}

/** sysexits.h EX_CONFIG: the child said that trying again is useless. */
const USELESS = 78;
const BACKOFF_MILLISECONDS = [100, 500, 1000, 2000, 5000];
/** Who lived this long was healthy: the count of failures begins anew. */
const HEALTHY_MILLISECONDS = 30_000;

/**
 * A server of ours in its own process. Restarted when it dies, until it has died young as often as there are steps of
 * backoff. It tells its address over IPC, and ends by itself when that channel closes, so that it does not outlive us.
 */
export class Child {
  private readonly options: ChildOptions;
  private process: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private failures = 0;
  private stopping = false;

  constructor(options: ChildOptions) {
    this.options = options;
  }

  /** 0 while it is not running. */
  get pid(): number {
    return this.process?.exitCode === null ? (this.process.pid ?? 0) : 0;
  }

  /** Resolves at the first answer; rejects with what the child printed when it ends before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => this.spawn(resolve, reject));
  }

  /** SIGTERM and patience, then SIGKILL. */
  async stop(patienceMilliseconds: number): Promise<void> {
    this.stopping = true;
    this.process?.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([
      this.exited,
      sleep(patienceMilliseconds, undefined, { signal: patience.signal })
        .then(() => this.process?.kill('SIGKILL'))
        .catch(() => undefined),
    ]);
    patience.abort();
    await this.exited;
  }

  /** Without waiting for anybody. */
  stopNow(): void {
    this.stopping = true;
    this.process?.kill('SIGKILL');
  }

  /** For development: the next start runs the new code. */
  renew(): void {
    this.failures = 0;
    this.process?.kill('SIGTERM');
  }

  /** For drills, as the kernel does it: without a word, and it is started again however often that happens. */
  kill(): void {
    this.failures = 0;
    this.process?.kill('SIGKILL');
  }

  private spawn(onReady: () => void, onEarlyEnd: (reason: Error) => void): void {
    const { args, env, log } = this.options;
    log.forget();
    const born = performance.now();
    let ready = false;
    // A session of its own: Ctrl-C in the terminal reaches us alone, and we end the others in order.
    const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.process = child;
    if (child.stdout) log.follow(child.stdout);
    if (child.stderr) log.follow(child.stderr);
    child.on('message', (message: { type?: string; url?: string }) => {
      if (message.type !== 'ready' || message.url === undefined) return;
      ready = true;
      this.options.onUrl(message.url);
      onReady();
    });
    this.exited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        resolve();
        this.options.onUrl(null);
        if (this.stopping) return ready ? undefined : onEarlyEnd(new Error('stopped'));
        const reason = log.tail || `it ended with ${signal ?? `code ${code}`}`;
        if (!ready && this.failures === 0) return onEarlyEnd(new Error(reason));
        void this.again(code, signal ?? `code ${code}`, reason, performance.now() - born);
      });
    });
  }

  private async again(code: number | null, how: string, reason: string, livedMilliseconds: number): Promise<void> {
    if (livedMilliseconds > HEALTHY_MILLISECONDS) this.failures = 0;
    const wait = BACKOFF_MILLISECONDS[this.failures++];
    if (wait === undefined || code === USELESS) return this.options.onGivenUp(reason);
    this.options.onRestart(how);
    await sleep(wait);
    const again = (): void => undefined;
    if (!this.stopping) this.spawn(again, again);
  }
}
