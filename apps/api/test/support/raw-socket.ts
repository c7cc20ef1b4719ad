import { once } from 'node:events';
import { WebSocket } from 'ws';

type Frame = Record<string, unknown> & { re?: string; ok?: boolean; type?: string };

/** A socket without a client library: what goes over the wire, and nothing else. */
export class RawSocket {
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly wakes = new Set<() => void>();
  private asked = 0;

  private constructor(readonly raw: WebSocket) {
    raw.on('message', (data) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      for (const wake of this.wakes) wake();
    });
    raw.on('error', () => undefined);
    this.closed = once(raw, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
    const raw = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers });
    const socket = new RawSocket(raw);
    await once(raw, 'open');
    return socket;
  }

  /** Opened, and known by its access token. */
  static async of(url: string, token: string): Promise<RawSocket> {
    const socket = await RawSocket.open(url);
    await socket.ask({ type: 'hello', token });
    return socket;
  }

  /** Sends a frame and resolves with its answer, whether accepted or refused. */
  async ask(frame: object): Promise<Frame> {
    this.asked += 1;
    const id = `q${this.asked}`;
    this.raw.send(JSON.stringify({ id, ...frame }));
    return this.until(({ re }) => re === id);
  }

  /** The first frame, come or coming, that fits. */
  async until(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.wakes.delete(wake);
          resolve();
        };
        this.wakes.add(wake);
      });
    }
  }

  /** Text of a generation as its frames tell it; throws at a hole. */
  text(generationId: string): string {
    let text = '';
    for (const frame of this.frames) {
      if (frame.generationId !== generationId) continue;
      if (frame.type === 'snapshot' || frame.type === 'reset') text = String(frame.text);
      if (frame.type !== 'delta') continue;
      const begin = Number(frame.position) - String(frame.text).length;
      if (begin !== text.length) throw new Error(`a hole: have ${text.length}, got what begins at ${begin}`);
      text += String(frame.text);
    }
    return text;
  }
}
