import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what systems lend to connections that go out (Linux from 32768 on, others from 49152): a server that is away for a moment finds its port again. */
const LEAST = 15_000;
const MOST = 32_767;
const TRIES = 100;

const listenOn = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });

export const isFree = async (port: number): Promise<boolean> => (await listenOn(port)) === port;

/** A port nobody listens on at this moment. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LEAST, MOST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error('No free port on 127.0.0.1');
};
