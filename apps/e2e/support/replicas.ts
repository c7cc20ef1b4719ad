import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeFolder } from '../../../apps/api/src/database/database-user.ts';

const ROOT = resolve(__dirname, '../../..');

export interface Replica {
  id: string;
  url: string;
  pid: number;
}
export interface Replicas {
  url: string;
  replicas: Replica[];
  /** The one that answers somebody at the moment. */
  busy(): Promise<Replica>;
  stop(): Promise<void>;
}

/** Several replicas behind nginx, as `npm run cluster` runs them, all empty. */
export async function startReplicas(settings: Record<string, string>): Promise<Replicas> {
  const folder = await mkdtemp(join(tmpdir(), 'chatbox-replicas-'));
  const program = join(ROOT, 'tools/cluster/main.ts');
  const child = spawn(process.execPath, [program, '--replicas', '2', '--port', '0', '--json', '--data-dir', folder], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', DRAIN_SECONDS: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The replicas ended with ${code}:\n${said}`);
  });
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined);
  const { url, replicas } = JSON.parse(line.toString()) as Pick<Replicas, 'url' | 'replicas'>;
  return {
    url,
    replicas,
    busy: async () => {
      for (;;)
        for (const replica of replicas) {
          const text = await fetch(`${replica.url}/metrics`).then((answer) => answer.text());
          if (/^chatbox_generations_running [1-9]/m.test(text)) return replica;
        }
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      for (const name of ['a', 'b']) await removeFolder(join(folder, 'postgres', name, 'postgres'));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
