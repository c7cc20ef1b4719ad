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
    if (this.closing || this.raw.readyState !== this.raw.OPEN) return;
    this.raw.send(text);
    if (this.raw.bufferedAmount <= MOST_BUFFERED_BYTES) return;
    this.onSlow();
    this.close(CLOSE.slowReader, 'come back with your place');
  }
}
