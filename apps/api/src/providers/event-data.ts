import type { Readable } from 'node:stream';
import { AppError } from '../common/app-error.ts';

/** Of one event; a server that never ends a line must not fill the memory. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * The payloads of an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream), those
 * that arrived together at once. Names and ids of events are passed over, and so is an event that the end of the stream cuts off.
 * Throws a TypeError like fetch where the connection breaks. Leaving early hangs up.
 */
export async function* eventData(body: Readable): AsyncGenerator<string[]> {
  const lines = new Lines();
  let data: string[] = [];
  let wake = (): void => undefined;
  // 'error' is followed by 'close'; without a listener it would end the process.
  for (const event of ['readable', 'end', 'error', 'close']) body.on(event, () => wake());
  try {
    for (;;) {
      const piece: Buffer | null = body.read();
      if (piece) {
        const payloads: string[] = [];
        for (const line of lines.take(piece)) {
          if (line.startsWith('data:')) data.push(line.slice(line.charCodeAt(5) === SPACE ? 6 : 5));
          else if (line === '' && data.length > 0) {
            payloads.push(data.length === 1 ? (data[0] ?? '') : data.join('\n'));
            data = [];
          }
        }
        if (payloads.length > 0) yield payloads;
      } else if (body.readableEnded) return;
      else if (body.closed) throw new TypeError('terminated', { cause: body.errored });
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    if (!body.readableEnded) body.destroy();
  }
}

const SPACE = 0x20;

/** Lines end with CR LF, LF or CR, and may be cut anywhere, also in the middle of a character or between CR and LF. */
class Lines {
  private readonly decoder = new TextDecoder();
  private rest = '';
  private afterReturn = false;

  take(bytes: Uint8Array): string[] {
    let text = this.decoder.decode(bytes, { stream: true });
    if (text === '') return [];
    if (this.afterReturn && text.startsWith('\n')) text = text.slice(1);
    this.afterReturn = text.endsWith('\r');
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    if (!text.includes('\n')) {
      this.rest += text;
      if (this.rest.length > MOST_CHARACTERS)
        throw new AppError('provider.bad_response', { detail: 'The model server sent an event without an end.' });
      return [];
    }
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return lines;
  }
}
