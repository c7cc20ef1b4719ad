/** One event of text/event-stream (WHATWG HTML §9.2). */
export interface ServerSentEvent {
  event: string;
  data: string;
  id: string | undefined;
}

/** Stands between a promise and who waits for it. */
export type Patience = <T>(waitedFor: Promise<T>) => Promise<T>;

/** Reads events from a body in any split: CR, LF and CRLF, comments, several `data:` lines, a BOM. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  patience: Patience = (waitedFor) => waitedFor,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  let event = '';
  let id: string | undefined;
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await patience(reader.read());
      buffer += done ? decoder.decode() : decoder.decode(value, { stream: true });
      let end = lineEnd(buffer, done);
      while (end) {
        const line = buffer.slice(0, end.at);
        buffer = buffer.slice(end.next);
        if (line === '') {
          if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id };
          event = '';
          data = [];
        } else {
          const colon = line.indexOf(':');
          const field = colon < 0 ? line : line.slice(0, colon);
          const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
          if (field === 'event') event = text;
          else if (field === 'data') data.push(text);
          else if (field === 'id' && !text.includes('\u0000')) id = text;
        }
        end = lineEnd(buffer, done);
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** A CR at the very end may be half of a CRLF: wait for more. */
function lineEnd(buffer: string, done: boolean): { at: number; next: number } | undefined {
  const at = buffer.search(/[\r\n]/);
  if (at < 0) return undefined;
  if (buffer[at] === '\n') return { at, next: at + 1 };
  if (at + 1 === buffer.length && !done) return undefined;
  return { at, next: buffer[at + 1] === '\n' ? at + 2 : at + 1 };
}
