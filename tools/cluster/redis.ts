import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Daemon } from './daemon.ts';

/** A Redis that keeps nothing: what is in it are hints and counts. */
export const redisDaemon = async (
  program: string,
  folder: string,
  port: number,
  onRestart: (how: string) => void,
): Promise<Daemon> => {
  await mkdir(folder, { recursive: true });
  return new Daemon({
    name: 'Redis',
    program,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    log: join(folder, 'redis.log'),
    pidFile: join(folder, 'process'),
    probe: () => ping(port),
    onRestart,
  });
};

/** https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands */
const ping = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1_000 });
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (data: Buffer) => {
      socket.destroy();
      if (data.toString().startsWith('+PONG')) resolve();
      else reject(new Error(data.toString().trim()));
    });
    socket.on('timeout', () => socket.destroy(new Error('Redis does not answer')));
    socket.on('error', reject);
  });
