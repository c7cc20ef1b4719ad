import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AuthResult, Conversation } from '@chatbox/contracts';
import { type Login, urlOf } from '../../apps/api/src/database/postgres-login.ts';
import { Child } from './child.ts';
import { cpuOf, cpuOfTree } from './cpu.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'apps/api/dist/server/main.mjs');
const GARBAGE = join(import.meta.dirname, 'baselines/garbage.mjs');
/** What several people may do at once while the scene is set: enough to be quick, few enough to wait for nobody. */
const HANDS = 8;
const UNLIMITED = '1000000';
/** One machine acts for hundreds of people here; the limits are counted, and never reached. */
export const LIMITS = {
  RATE_LIMIT_MAX: UNLIMITED,
  RATE_LIMIT_MAX_SIGNED_IN: UNLIMITED,
  RATE_LIMIT_MAX_ENTRY: UNLIMITED,
  CONCURRENT_GENERATIONS: '10000',
  SOCKETS_PER_PERSON: UNLIMITED,
};

export interface ProductOptions {
  /** Address of the model server. */
  upstream: string;
  /** Kept by whoever gives it; not given: a folder that goes with the product. */
  dataFolder?: string;
  /** Settings that differ from what is measured otherwise. */
  environment?: Record<string, string>;
  /** Where V8 leaves a profile of the API when it ends. */
  profileFolder?: string;
}

/** The built API as in production, in a process of its own, with the PostgreSQL that it brings. */
export class Product {
  private readonly child: Child;
  private readonly folder: string;
  private readonly clean: () => Promise<void>;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(child: Child, folder: string, clean: () => Promise<void>) {
    this.child = child;
    this.folder = folder;
    this.clean = clean;
  }

  static async start({ upstream, dataFolder, profileFolder, environment }: ProductOptions): Promise<Product> {
    const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'chatbox-bench-')));
    const profile = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${resolve(profileFolder)}`] : [];
    const child = await Child.start(MAIN, [], {
      // What the environment of this run sets must not change what is measured.
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: folder,
        ...LIMITS,
        OPENAI_API_KEY: 'bench',
        OPENAI_BASE_URL: `${upstream}/v1`,
        DISCOVER_LOCAL_MODELS: 'false',
        NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/chatbox'),
        ...environment,
      },
      execArgv: ['--expose-gc', '--import', GARBAGE, ...profile],
      log: join(folder, 'bench.log'),
    });
    const clean = dataFolder ? async () => undefined : () => rm(folder, { recursive: true, force: true });
    return new Product(child, folder, clean);
  }

  get url(): string {
    return this.child.url;
  }

  get pid(): number {
    return this.child.pid;
  }

  get postgresPid(): number {
    return Number(readFileSync(join(this.folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** Milliseconds of processor time so far. */
  cpu(): { api: number; postgres: number } {
    return { api: cpuOf(this.pid), postgres: cpuOfTree(this.postgresPid) };
  }

  memory(): Promise<{ used: number; rss: number }> {
    return this.child.memory();
  }

  async databaseUrl(): Promise<string> {
    return urlOf(JSON.parse(await readFile(join(this.folder, 'postgres.json'), 'utf8')) as Login);
  }

  call<T>(method: string, path: string, token: string | undefined, body: object): Promise<T> {
    return new Promise((resolveCall, reject) => {
      const text = JSON.stringify(body);
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const sent = request(`${this.url}${path}`, { method, headers, agent: this.agent }, (answer) => {
        let said = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          said += piece;
        });
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolveCall(JSON.parse(said) as T);
          else reject(new Error(`${method} ${path} was answered ${answer.statusCode}: ${said.slice(0, 500)}`));
        });
        answer.on('error', reject);
      });
      sent.on('error', reject).end(text);
    });
  }

  /** Access tokens of so many new people. */
  people(count: number): Promise<string[]> {
    return inTurns(count, async () => {
      const email = `${crypto.randomUUID()}@example.com`;
      const password = 'a long phrase for the benchmark';
      return (await this.call<AuthResult>('POST', '/api/v1/auth/register', undefined, { email, password })).accessToken;
    });
  }

  /** It has a title, so that no model is asked for one: that would be a second stream. */
  async conversation(token: string): Promise<string> {
    const { id } = await this.call<Conversation>('POST', '/api/v1/conversations', token, {
      title: 'Benchmark',
      model: 'openai/mock-large',
    });
    return id;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.child.stop();
    await this.clean();
  }
}

/** Does something `count` times, a few at once; the results in order. */
export const inTurns = async <T>(count: number, act: (index: number) => Promise<T>, hands = HANDS): Promise<T[]> => {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await act(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(hands, count) }, work));
  return results;
};
