import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { cpuOf } from './cpu.ts';
import { installPeers } from './peers.ts';
import { Product, ROOT } from './product.ts';
import { Seat } from './seat.ts';
import { completions, plainText, type Stream, type Wish } from './stream.ts';

/** One way from a question to its streamed answer. */
export interface Way {
  name: string;
  stream(index: number, content: string, wish: Wish): Promise<Stream>;
  /** Milliseconds of processor time of everything between the model server and the reader, database included. */
  cpu(): { all: number; database: number };
}

export interface LabOptions {
  rounds: number;
  /** Fewer and shorter streams, for CI. */
  short: boolean;
  profileFolder: string | undefined;
  say(line: string): void;
}

/** What is measured and what it is measured against, opened when first needed and closed together. */
export class Lab {
  readonly rounds: number;
  readonly short: boolean;
  readonly say: (line: string) => void;
  /** Why a peer is not in the table. */
  readonly absent = new Map<string, string>();
  private readonly profileFolder: string | undefined;
  private readonly lives = new AsyncDisposableStack();
  private readonly seats: Seat[] = [];
  private folder_: Promise<string> | undefined;
  private upstream_: Promise<string> | undefined;
  private product_: Promise<Product> | undefined;
  private peers_: Promise<string> | undefined;
  private others_: Promise<Way[]> | undefined;

  constructor({ rounds, short, profileFolder, say }: LabOptions) {
    this.rounds = rounds;
    this.short = short;
    this.profileFolder = profileFolder;
    this.say = say;
  }

  folder(): Promise<string> {
    this.folder_ ??= mkdtemp(join(tmpdir(), 'chatbox-bench-logs-')).then((folder) => {
      this.lives.defer(() => rm(folder, { recursive: true, force: true }));
      return folder;
    });
    return this.folder_;
  }

  /** The model server, in a process that nobody counts. */
  upstream(): Promise<string> {
    this.upstream_ ??= this.serve(join(ROOT, 'tools/bench/baselines/model.ts'), []).then(({ url }) => url);
    return this.upstream_;
  }

  product(): Promise<Product> {
    this.product_ ??= this.startProduct();
    return this.product_;
  }

  peers(): Promise<string> {
    this.peers_ ??= installPeers(this.say);
    return this.peers_;
  }

  /** The log is dropped with the lab. */
  async serve(file: string, args: string[], execArgv: string[] = [], env = process.env): Promise<Child> {
    const log = join(await this.folder(), `${this.lives.disposed ? 'late' : crypto.randomUUID()}.log`);
    const child = await Child.start(file, args, { log, execArgv, env });
    this.lives.defer(() => child.stop());
    return child;
  }

  /** A peer that cannot be had is a line in the table, not the end of the run. */
  async servePeer(name: string, file: string, args: string[], execArgv: string[] = []): Promise<Child | undefined> {
    try {
      return await this.serve(join(await this.peers(), file), args, execArgv, {
        ...process.env,
        NODE_ENV: 'production',
        TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost',
      });
    } catch (error) {
      const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
      this.absent.set(name, reason);
      this.say(`without ${name}: ${reason}`);
      return undefined;
    }
  }

  /** Direct, pipe, Portkey, AI SDK; those that could be had. */
  others(): Promise<Way[]> {
    this.others_ ??= this.openOthers();
    return this.others_;
  }

  /** Ours: the whole chat path, from the frame of one person's socket to the end on the same socket. */
  async chat(seats: number): Promise<Way> {
    const product = await this.product();
    const missing = seats - this.seats.length;
    if (missing > 0) {
      this.say(`${missing} people sign up and take a seat`);
      for (const token of await product.people(missing))
        this.seats.push(await Seat.take(product, token, await product.conversation(token)));
    }
    return {
      name: 'chat',
      stream: (index, content, wish) => {
        const seat = this.seats[index % seats];
        if (!seat) throw new Error('nobody sits there');
        return seat.stream(content, wish);
      },
      cpu: () => {
        const { api, postgres } = product.cpu();
        return { all: api + postgres, database: postgres };
      },
    };
  }

  close(): Promise<void> {
    for (const seat of this.seats) seat.leave();
    return this.lives.disposeAsync();
  }

  private async startProduct(): Promise<Product> {
    const { profileFolder } = this;
    this.say('starting the API with its PostgreSQL');
    const product = await Product.start({
      upstream: await this.upstream(),
      ...(profileFolder !== undefined && { profileFolder }),
    });
    this.lives.defer(() => product.stop());
    return product;
  }

  private async openOthers(): Promise<Way[]> {
    const upstream = await this.upstream();
    const agent = new Agent({ keepAlive: true });
    this.lives.defer(() => agent.destroy());
    const way = (name: string, url: string, pid: number | undefined, headers = {}): Way => ({
      name,
      stream: (_index, content) => completions(url, agent, headers, content),
      cpu: () => ({ all: pid === undefined ? 0 : cpuOf(pid), database: 0 }),
    });
    const pipe = await this.serve(join(ROOT, 'tools/bench/baselines/pipe.ts'), [upstream]);
    const ways = [way('direct', upstream, undefined), way('pipe', pipe.url, pipe.pid)];
    const portkey = await this.servePeer('Portkey', 'portkey.mjs', []);
    const at = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstream}/v1` };
    if (portkey) ways.push(way('Portkey', portkey.url, portkey.pid, at));
    const sdk = await this.servePeer('AI SDK', 'ai-sdk.mjs', [upstream]);
    if (sdk)
      ways.push({
        name: 'AI SDK',
        stream: (_index, content) => plainText(sdk.url, agent, content),
        cpu: () => ({ all: cpuOf(sdk.pid), database: 0 }),
      });
    return ways;
  }
}
