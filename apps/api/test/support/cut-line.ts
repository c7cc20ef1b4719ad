import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

export interface CutLine {
  port: number;
  /** What is connected is torn, and nobody gets through, until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** A line to a server that can be cut, while the server lives. */
export async function startCutLine(to: NetConnectOpts): Promise<CutLine> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(to);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tear = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      tear();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      tear();
      server.close();
      await once(server, 'close');
    },
  };
}
