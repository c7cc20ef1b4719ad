import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Place {
  host: string;
  port: number;
}

/**
 * A TCP connection between two parties, with the faults that a network has: refused, cut, silent (half open), slow, narrow.
 * The kernel here has no netem, and needs none for these.
 */
export class TcpProxy {
  /** Where new connections go; `null` refuses them. */
  target: Place | null;
  /** Added to every chunk of every connection, both ways. */
  delayMilliseconds = 0;
  /** Of each connection and direction. */
  bytesPerSecond = Number.POSITIVE_INFINITY;
  private stalled = false;
  private readonly server: Server;
  private readonly links = new Set<Link>();

  private constructor(server: Server, target: Place | null) {
    this.server = server;
    this.target = target;
    server.on('connection', (near) => this.accept(near));
  }

  static async open(target: Place | null, port = 0): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.links.size;
  }

  /** New connections go there; those that are open are cut. */
  point(target: Place | null): void {
    this.target = target;
    this.cut();
  }

  /** Resets what is open. */
  cut(): void {
    for (const link of this.links) link.cut();
  }

  /** Nothing passes any more, and nobody is told: what a dead router does. */
  stall(): void {
    this.stalled = true;
    for (const link of this.links) link.pause();
  }

  /** Lets pass again what has waited, and undoes every other fault. */
  heal(): void {
    this.stalled = false;
    this.delayMilliseconds = 0;
    this.bytesPerSecond = Number.POSITIVE_INFINITY;
    for (const link of this.links) link.resume();
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut();
    if (this.server.listening) await once(this.server, 'close');
  }

  private accept(near: Socket): void {
    const { target } = this;
    if (!target) {
      near.resetAndDestroy();
      return;
    }
    const link = new Link(near, connect({ ...target, noDelay: true }), this);
    this.links.add(link);
    link.onClosed = () => this.links.delete(link);
    if (!this.stalled) link.resume();
  }
}

class Link {
  onClosed: () => void = () => undefined;
  private readonly near: Socket;
  private readonly far: Socket;

  constructor(near: Socket, far: Socket, weather: Pick<TcpProxy, 'delayMilliseconds' | 'bytesPerSecond'>) {
    this.near = near;
    this.far = far;
    near.setNoDelay(true);
    far.pause();
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      let free = 0;
      from.on('data', (chunk: Buffer) => {
        const now = performance.now();
        const due = Math.max(free, now + weather.delayMilliseconds);
        free = due + (chunk.length / weather.bytesPerSecond) * 1000;
        if (free <= now) {
          if (!to.write(chunk)) from.pause();
          return;
        }
        // What is under way is in order, because the same link is never free earlier than before.
        setTimeout(() => to.write(chunk), free - now);
      });
      to.on('drain', () => from.resume());
      from.on('end', () => setTimeout(() => to.end(), Math.max(0, free - performance.now())));
      from.on('error', () => this.cut());
      from.on('close', () => {
        setTimeout(() => to.destroy(), Math.max(0, free - performance.now()));
        this.onClosed();
      });
    }
  }

  pause(): void {
    this.near.pause();
    this.far.pause();
  }

  resume(): void {
    this.near.resume();
    this.far.resume();
  }

  cut(): void {
    for (const side of [this.near, this.far]) if (!side.destroyed) side.resetAndDestroy();
  }
}
