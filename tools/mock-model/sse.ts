import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Wish } from './directives.ts';

/** The parts of a stream, as the format writes them. */
export interface Script {
  opening: string;
  /** One frame for each token. */
  frames: string[];
  /** Said in the middle: `errorAt`. */
  failure: string;
  /** What a complete stream ends with. */
  closing: string;
  broken: string;
}

/**
 * Sends a stream. Tokens follow a schedule counted from the start, so a late timer sends what is due in one write instead of
 * falling behind: with a thousand streams the pace holds and the processor rests.
 */
export const send = async (response: ServerResponse, script: Script, wish: Wish): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const write = (text: string): Promise<void> | undefined => put(response, text, wish);
  if (wish.keepAlive) await write(': keep-alive\n\n');
  if (wish.firstDelayMilliseconds > 0) await pause(wish.firstDelayMilliseconds);
  await write(script.opening);

  const began = performance.now();
  let at = 0;
  while (at < script.frames.length) {
    const due =
      wish.delayMilliseconds > 0 ? Math.floor((performance.now() - began) / wish.delayMilliseconds) + 1 : at + 64;
    let text = '';
    for (; at < Math.min(due, script.frames.length); at += 1) {
      const end = endAt(at, wish);
      if (end) {
        await write(text);
        return interrupt(response, end, script, write);
      }
      if (wish.brokenJsonAt === at) text += script.broken;
      if (wish.keepAlive && at % 5 === 0) text += ': keep-alive\n\n';
      text += script.frames[at];
    }
    if (text) await write(text);
    if (response.destroyed) return;
    if (at < script.frames.length && wish.delayMilliseconds > 0)
      await pause(Math.max(1, began + at * wish.delayMilliseconds - performance.now()));
  }
  const end = endAt(at, wish);
  if (end) return interrupt(response, end, script, write);
  await write(script.closing);
  response.end();
};

type End = 'cut' | 'drop' | 'stall' | 'error';

const endAt = (at: number, wish: Wish): End | undefined => {
  if (wish.cutAfter === at) return 'cut';
  if (wish.dropAfter === at) return 'drop';
  if (wish.stallAfter === at) return 'stall';
  if (wish.errorAt === at) return 'error';
  return undefined;
};

const interrupt = async (
  response: ServerResponse,
  end: End,
  script: Script,
  write: (text: string) => Promise<void> | undefined,
): Promise<void> => {
  if (end === 'stall') return;
  if (end === 'error') await write(script.failure);
  // A turn of the loop, so that what was written leaves before the connection is torn down.
  if (end === 'drop') setTimeout(() => response.destroy(), 20);
  else response.end();
};

const put = (response: ServerResponse, text: string, wish: Wish): Promise<void> | undefined => {
  if (text === '' || response.destroyed) return undefined;
  const shaped = wish.crlf ? text.replace(/\n/g, '\r\n') : text;
  if (wish.bytesAtOnce) return inPieces(response, Buffer.from(shaped), wish.bytesAtOnce);
  if (response.write(shaped)) return undefined;
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
};

const inPieces = async (response: ServerResponse, bytes: Buffer, size: number): Promise<void> => {
  for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
    response.write(bytes.subarray(at, at + size));
    // Each piece its own packet: the event loop turns between them.
    await new Promise((resolve) => setImmediate(resolve));
  }
};
