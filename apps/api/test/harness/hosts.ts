import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Variable of the environment in which the set-up tells the workers where their applications run. */
export const HOSTS = 'CHATBOX_TEST_HOSTS';
const ROOT = join(__dirname, '../../../..');

/** One for each worker. */
export const startHosts = async (count: number): Promise<{ close(): void }> => {
  const hosts = await Promise.all(Array.from({ length: count }, startHost));
  process.env[HOSTS] = hosts.map(({ port }) => port).join(',');
  return {
    close: () => {
      for (const { child } of hosts) child.kill();
    },
  };
};

const startHost = async (): Promise<{ child: ChildProcess; port: number }> => {
  const child = fork(join(__dirname, 'host.mjs'), [], {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/chatbox') },
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('a host of the tests ended at its start')));
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
  ended.catch(() => undefined);
  return { child, port };
};

/** Has the host of this worker do something. What fails there fails here, with the same name and words. */
export const inHost = async <T>(act: 'start' | 'stop', what: unknown): Promise<T> => {
  const ports = (process.env[HOSTS] ?? '').split(',');
  const port = ports[(Number(process.env.JEST_WORKER_ID ?? 1) - 1) % ports.length];
  const answer = await fetch(`http://127.0.0.1:${port}/${act}`, { method: 'POST', body: JSON.stringify(what) });
  const body = (await answer.json()) as T & { name: string; message: string };
  if (answer.ok) return body;
  throw Object.assign(new Error(body.message), { name: body.name });
};
