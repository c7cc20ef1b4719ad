import { createServer } from 'node:net';

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
  const port = await listenOn(0);
  if (port === null) throw new Error('No free port on 127.0.0.1');
  return port;
};
