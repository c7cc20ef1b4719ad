import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
/** A first start builds everything, which takes minutes on a busy machine. */
const START_PATIENCE_MS = 300_000;
const STOP_PATIENCE_MS = 20_000;

export interface Product {
  /** Origin of the page and of the API. */
  url: string;
  dataDir: string;
  /** Process id of the supervisor. */
  pid: number;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Resolves when the program says where it is open; rejects with what it said when it ends before. */
function opened(child: ChildProcess): Promise<void> {
  return new Promise((done, failed) => {
    let said = '';
    const timer = setTimeout(() => failed(new Error(`The product did not open in time:\n${said}`)), START_PATIENCE_MS);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (!/Open\s.*http/.test(said)) return;
      clearTimeout(timer);
      done();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', (code) => {
      clearTimeout(timer);
      failed(new Error(`The product ended with ${code}:\n${said}`));
    });
  });
}

/** The whole product as `npm start` runs it: supervisor, gateway, API, page and a database of its own, all empty. The port is chosen by whoever must know it first. */
export async function startProduct(settings: Record<string, string> = {}, chosenPort?: number): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'chatbox-e2e-'));
  const port = chosenPort ?? (await freePort());
  const program = join(ROOT, 'tools/start/main.mjs');
  const child = spawn(process.execPath, [program, '--port', String(port), '--data-dir', dataDir], {
    cwd: ROOT,
    // Only what is named here: a key in the environment of whoever runs the tests must not be used.
    // Everybody in these tests comes from one address, and in a hurry.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      RATE_LIMIT_MAX: '100000',
      RATE_LIMIT_MAX_ENTRY: '100000',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await opened(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://localhost:${port}`, dataDir, pid: child.pid ?? -1, stop };
}
