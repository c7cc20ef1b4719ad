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
  private refusing = false;
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

  /** Resets what is open and what comes. */
  refuse(): void {
    this.refusing = true;
    this.cut();
  }

  /** Nothing passes any more, and nobody is told: what a dead router does. */
  stall(): void {
    this.stalled = true;
    for (const link of this.links) link.pause();
  }

  /** What is open stays silent for good, and what comes passes: the machine behind it vanished, and another took its address. */
  abandon(): void {
    for (const link of this.links) link.abandon();
  }

  /** Lets pass again what has waited, and undoes every other fault. */
  heal(): void {
    this.stalled = false;
    this.refusing = false;
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
    if (!target || this.refusing) {
      near.resetAndDestroy();
      return;
    }
    const link = new Link(near, connect({ ...target, noDelay: true }), this);
    this.links.add(link);
    link.onClosed = () => this.links.delete(link);
    if (!this.stalled) link.resume();
  }
}

type Weather = Pick<TcpProxy, 'delayMilliseconds' | 'bytesPerSecond'>;

class Link {
  onClosed: () => void = () => undefined;
  private readonly near: Socket;
  private readonly far: Socket;
  private abandoned = false;

  constructor(near: Socket, far: Socket, weather: Weather) {
    this.near = near;
    this.far = far;
    near.setNoDelay(true);
    far.pause();
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const lane = new Lane(to, weather);
      from.on('data', (chunk: Buffer) => {
        if (!lane.carry(chunk)) from.pause();
      });
      to.on('drain', () => this.resume(from));
      from.on('end', () => lane.end(() => to.end()));
      from.on('error', () => {
        if (!this.abandoned) this.cut();
      });
      from.on('close', () => {
        // What becomes of the machine that vanished, nobody hears.
        if (this.abandoned && from === far) return;
        lane.end(() => to.destroy());
        this.onClosed();
      });
    }
  }

  pause(): void {
    this.near.pause();
    this.far.pause();
  }

  abandon(): void {
    this.abandoned = true;
    this.pause();
  }

  resume(...sides: Socket[]): void {
    if (this.abandoned) return;
    for (const side of sides.length > 0 ? sides : [this.near, this.far]) side.resume();
  }

  cut(): void {
    for (const side of [this.near, this.far]) if (!side.destroyed) side.resetAndDestroy();
  }
}

/** One direction of a link: what goes in comes out in the same order, perhaps later. */
class Lane {
  private readonly to: Socket;
  private readonly weather: Weather;
  private readonly waiting: { due: number; arrive: () => void }[] = [];
  private free = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(to: Socket, weather: Weather) {
    this.to = to;
    this.weather = weather;
  }

  /** False where the other side wants a pause. */
  carry(chunk: Buffer): boolean {
    const now = performance.now();
    this.free = Math.max(this.free, now + this.weather.delayMilliseconds);
    this.free += (chunk.length / this.weather.bytesPerSecond) * 1000;
    if (this.waiting.length === 0 && this.free <= now) return this.to.write(chunk);
    this.wait(() => this.to.write(chunk));
    return true;
  }

  /** After all that is under way. */
  end(arrive: () => void): void {
    if (this.waiting.length === 0) arrive();
    else this.wait(arrive);
  }

  private wait(arrive: () => void): void {
    this.waiting.push({ due: this.free, arrive });
    this.timer ??= this.wake();
  }

  private wake(): NodeJS.Timeout | undefined {
    const [first] = this.waiting;
    return first && setTimeout(() => this.pass(), Math.max(0, Math.ceil(first.due - performance.now())));
  }

  private pass(): void {
    const now = performance.now();
    while (this.waiting[0] && this.waiting[0].due <= now) this.waiting.shift()?.arrive();
    this.timer = this.wake();
  }
}
