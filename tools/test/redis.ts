import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../apps/api/src/database/free-port.ts';
import { findProgram } from './debian.ts';

export { freePort };

const READY_MILLISECONDS = 10_000;
const run = promisify(execFile);

type Program = 'redis-server' | 'redis-sentinel';

interface Settings {
  port?: number;
  /** Lines of redis.conf. */
  lines?: string[];
  /** How redis-cli gets in, where the plain way is closed. */
  access?: string[];
}

/** A real redis-server (or redis-sentinel) of the test's own, on one port for its life, so that it can die and come back. */
export class RedisServer {
  private child: ChildProcess | undefined;
  readonly port: number;
  private readonly program: Program;
  private readonly folder: string;
  private readonly access: string[];

  private constructor(program: Program, port: number, folder: string, access: string[]) {
    this.program = program;
    this.port = port;
    this.folder = folder;
    this.access = access;
  }

  static start(settings: Settings = {}): Promise<RedisServer> {
    return RedisServer.of('redis-server', ['save ""', 'appendonly no'], settings);
  }

  static sentinel(settings: Settings): Promise<RedisServer> {
    return RedisServer.of('redis-sentinel', [], settings);
  }

  private static async of(program: Program, own: string[], settings: Settings) {
    const port = settings.port ?? (await freePort());
    const folder = await mkdtemp(join(tmpdir(), 'chatbox-redis-'));
    const place = [...(settings.lines?.some((line) => line.startsWith('tls-port')) ? [] : [`port ${port}`])];
    const lines = [...place, 'bind 127.0.0.1', `dir ${folder}`, ...own, ...(settings.lines ?? [])];
    await writeFile(join(folder, 'redis.conf'), `${lines.join('\n')}\n`);
    const server = new RedisServer(program, port, folder, settings.access ?? []);
    await server.again();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it on the same port after it died. */
  async again(): Promise<void> {
    this.child = spawn(needed(this.program), [join(this.folder, 'redis.conf')], { stdio: 'ignore' });
    const deadline = Date.now() + READY_MILLISECONDS;
    for (;;) {
      if ((await this.command('ping').catch(() => '')) === 'PONG') return;
      if (Date.now() > deadline || this.child.exitCode !== null) throw new Error(`${this.program} does not start`);
    }
  }

  async kill(): Promise<void> {
    if (this.child?.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Takes what comes and answers nothing, as a machine that swaps does. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async command(...words: string[]): Promise<string> {
    const { stdout } = await run(needed('redis-cli'), ['-p', String(this.port), ...this.access, ...words]);
    return stdout.trim();
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const PACKAGES = { 'redis-server': 'redis-server', 'redis-sentinel': 'redis-sentinel', 'redis-cli': 'redis-tools' };
const found = new Map<string, string>();

const needed = (program: keyof typeof PACKAGES): string => {
  const path = found.get(program) ?? findProgram(process.env, [program], PACKAGES[program]);
  if (!path) throw new Error(`These tests need ${program}: install the package "${PACKAGES[program]}"`);
  found.set(program, path);
  return path;
};
