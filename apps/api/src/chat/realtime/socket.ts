import type { Writable } from 'node:stream';
import { CLOSE } from '@chatbox/contracts';
import type { WebSocket } from 'ws';

/** What a reader that does not keep up may hold in this process. */
const MOST_BUFFERED_BYTES = 1024 * 1024;
/** How long a reader may take to answer the closing handshake before the connection is cut. */
const CLOSING_MILLISECONDS = 5_000;

/** The outgoing side of one connection: sends text, never waits, and cuts off who does not read. */
export class Socket {
  private closing = false;
  /** Since the last ping; a link that is open on one side only never answers. */
  answered = true;

  constructor(
    private readonly raw: WebSocket,
    /** What `raw` writes to. */
    private readonly stream: Writable,
    private readonly onSlow: () => void,
  ) {
    raw.on('pong', () => {
      this.answered = true;
    });
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.raw.close(code, reason);
    setTimeout(() => this.raw.terminate(), CLOSING_MILLISECONDS).unref();
  }

  /** Asks for a sign of life; cuts the connection when the last one was not answered. */
  ping(): void {
    if (this.answered) this.raw.ping();
    else this.raw.terminate();
    this.answered = false;
  }

  sendText(text: string): void {
    if (!this.isOpen) return;
    this.raw.send(text);
    this.cutOffIfSlow();
  }

  /** JSON in UTF-8 that goes to many: framed once for all of them, and written in one piece. */
  sendShared(json: Buffer): void {
    if (!this.isOpen) return;
    // Compression is off, so `ws` keeps nothing back, and what both write stays in order.
    this.stream.write(frameOf(json));
    this.cutOffIfSlow();
  }

  private get isOpen(): boolean {
    return !this.closing && this.raw.readyState === this.raw.OPEN;
  }

  private cutOffIfSlow(): void {
    if (this.stream.writableLength <= MOST_BUFFERED_BYTES) return;
    this.onSlow();
    this.close(CLOSE.slowReader, 'come back with your place');
  }
}

const frames = new WeakMap<Buffer, Buffer>();

/** One unmasked, final text frame, RFC 6455 §5.2. */
function frameOf(json: Buffer): Buffer {
  const known = frames.get(json);
  if (known) return known;
  const { length } = json;
  const short = length < 126;
  const head = Buffer.alloc(short ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x81;
  head[1] = short ? length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  const frame = Buffer.concat([head, json]);
  frames.set(json, frame);
  return frame;
}
