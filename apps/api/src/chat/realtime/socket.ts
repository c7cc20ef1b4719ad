import type { Writable } from 'node:stream';
import { CLOSE } from '@chatbox/contracts';
import type { WebSocket } from 'ws';
import type { Metrics } from '../../metrics/metrics.ts';

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
    private readonly metrics: Pick<Metrics, 'frameSent' | 'readerTooSlow'>,
  ) {}

  send(message: object): void {
    const text = JSON.stringify(message);
    if (!this.hasRoomFor(Buffer.byteLength(text))) return;
    this.metrics.frameSent();
    this.raw.send(text);
  }

  /** A whole frame that goes to many, written in one piece. */
  sendFrame(frame: Buffer): void {
    // Compression is off, so `ws` keeps nothing back, and what both write stays in order.
    if (!this.hasRoomFor(frame.length)) return;
    this.metrics.frameSent();
    this.stream.write(frame);
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

  private get isOpen(): boolean {
    return !this.closing && this.raw.readyState === this.raw.OPEN;
  }

  /** Cuts off who has not. One frame alone may be as long as it likes: it waits for nobody. */
  private hasRoomFor(bytes: number): boolean {
    if (!this.isOpen) return false;
    const { writableLength } = this.stream;
    if (writableLength === 0 || writableLength + bytes <= MOST_BUFFERED_BYTES) return true;
    this.metrics.readerTooSlow('ws');
    this.close(CLOSE.slowReader, 'come back with your place');
    return false;
  }
}
