import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, isAlive } from '../../apps/api/src/common/process-identity.ts';
import { LogFile } from '../start/log-file.ts';

export interface DaemonOptions {
  name: string;
  program: string;
  args: string[];
  log: string;
  /** Holds the process number, so that the next start finds what a killed one left. */
  pidFile: string;
  /** Rejects while it does not answer. */
  probe(): Promise<unknown>;
  onRestart(how: string): void;
}

const START_SECONDS = 15;
const PATIENCE_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 500;

/** Somebody else's server (Redis, nginx), kept running as a service manager would: started again when it ends. */
export class Daemon {
  private readonly options: DaemonOptions;
  private readonly log: LogFile;
  private process: ChildProcess | undefined;
  private gone: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(options: DaemonOptions) {
    this.options = options;
    this.log = new LogFile(options.log);
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    await endLeftOver(this.options);
    this.spawn();
    await this.answering();
  }

  /** For what a drill has stopped by its own hand: `halt` keeps it down until `start`. */
  async halt(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.stopping = true;
    this.process?.kill(signal);
    const patience = setTimeout(() => this.process?.kill('SIGKILL'), PATIENCE_MILLISECONDS);
    await this.gone;
    clearTimeout(patience);
  }

  private spawn(): void {
    this.stopping = false;
    this.log.forget();
    const { program, args, pidFile } = this.options;
    // A session of its own: Ctrl-C in the terminal reaches us alone, and we end the others in order.
    const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    this.log.follow(child.stdout);
    this.log.follow(child.stderr);
    if (child.pid) void writeFile(pidFile, `${child.pid}\n`).catch(() => undefined);
    this.gone = new Promise((resolve) => {
      child.on('error', () => resolve());
      child.on('close', (code, signal) => {
        resolve();
        if (!this.stopping) void this.again(signal ?? `code ${code}`);
      });
    });
  }

  private async again(how: string): Promise<void> {
    this.options.onRestart(how);
    await sleep(PAUSE_MILLISECONDS);
    if (!this.stopping) this.spawn();
  }

  private async answering(): Promise<void> {
    const until = performance.now() + START_SECONDS * 1000;
    for (;;) {
      try {
        await this.options.probe();
        return;
      } catch (error) {
        if (performance.now() > until)
          throw new Error(`${this.options.name} does not answer: ${this.log.tail || error}`, { cause: error });
        await sleep(50);
      }
    }
  }
}

const endLeftOver = async ({ pidFile, program }: DaemonOptions): Promise<void> => {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  const isOurs = (): boolean =>
    pid > 0 && isAlive(pid) && (commandOf(pid) ?? '').includes(program.split('/').at(-1) ?? '');
  if (!isOurs()) return;
  process.kill(pid, 'SIGTERM');
  const until = performance.now() + PATIENCE_MILLISECONDS;
  while (isOurs() && performance.now() < until) await sleep(25);
  if (isOurs()) process.kill(pid, 'SIGKILL');
};
