import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../../../tools/test/redis.ts';
import { type ApiAnswer, type ApiRequest, callApi } from '../harness/api.ts';
import { cloneDatabase } from '../harness/databases.ts';

const ROOT = resolve(__dirname, '../../../..');
const MAIN = join(ROOT, 'apps/api/dist/server/main.mjs');
/** Where `npm start` keeps it too: a third of a start is compiling what was compiled before. */
const COMPILED = join(ROOT, 'node_modules/.cache/chatbox');

/** The built API as a process of its own, on one address and one database, so that it can be killed and started again. */
export class ApiProcess {
  private child: ChildProcess | undefined;
  private said = '';
  private up = Promise.withResolvers<void>();

  private constructor(
    readonly url: string,
    readonly databaseUrl: string,
    private readonly environment: Record<string, string>,
    private readonly clean: () => Promise<void>,
  ) {}

  /** With DATABASE_URL and DATA_DIR several share them, and the caller cleans up. */
  static async on(overrides: Record<string, string>): Promise<ApiProcess> {
    const folder = overrides.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'chatbox-crash-')));
    const database = overrides.DATABASE_URL
      ? { url: overrides.DATABASE_URL, drop: async () => {} }
      : await cloneDatabase();
    const port = await freePort();
    const environment = {
      NODE_ENV: 'test',
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: COMPILED,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      LOG_LEVEL: 'warn',
      DISCOVER_LOCAL_MODELS: 'false',
      RATE_LIMIT_MAX: '1000000',
      RATE_LIMIT_MAX_SIGNED_IN: '1000000',
      RATE_LIMIT_MAX_ENTRY: '1000000',
      CONCURRENT_GENERATIONS: '500',
      JWT_SECRET: 'a secret that is only for the crash test',
      ...overrides,
    };
    return new ApiProcess(`http://127.0.0.1:${port}`, database.url, environment, async () => {
      await database.drop();
      if (!overrides.DATA_DIR) await rm(folder, { recursive: true, force: true });
    });
  }

  async start(): Promise<void> {
    const child = fork(MAIN, [], { env: this.environment, execArgv: [], silent: true });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (this.said += data.toString()));
    const ended = once(child, 'exit').then(([code]) => {
      this.child = undefined;
      throw new Error(`the API ended with ${code} before it was ready:\n${this.said.slice(-4_000)}`);
    });
    await Promise.race([once(child, 'message'), ended]);
    this.up.resolve();
  }

  /** Resolves when it answers: at once, or after the start that is under way or still to come. */
  answering(): Promise<void> {
    return this.up.promise;
  }

  /** As the kernel or an impatient operator does it: nothing in the process gets to know. */
  async kill(): Promise<void> {
    if (!this.child) return;
    await this.end(this.child, 'SIGKILL');
  }

  /** In order; what was compiled is kept for the next start. */
  async stop(): Promise<void> {
    if (!this.child) return;
    await this.end(this.child, 'SIGTERM');
  }

  /** As somebody does who does not want to wait: again, once it has begun to stop. */
  async stopTwice(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const gone = this.stop();
    while ((await this.api('GET', '/health/ready')).status !== 503);
    child.kill('SIGTERM');
    await gone;
  }

  private async end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const gone = once(child, 'exit');
    this.up = Promise.withResolvers();
    child.kill(signal);
    await gone;
    this.child = undefined;
  }

  tell(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Stands still, as a machine that swaps or is moved: it neither knows nor answers. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.kill();
    await this.clean();
  }

  /** Everything it ever wrote. */
  get log(): string {
    return this.said;
  }

  api<T = unknown>(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer<T>> {
    return callApi(this.url, method, path, request);
  }
}
