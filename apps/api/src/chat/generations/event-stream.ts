import { eventId, type Place, parseEventId, type StreamEvent } from '@chatbox/contracts';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OpenConnections } from '../../auth/open-connections.ts';
import { Drain } from '../../cluster/drain.ts';
import type { Identity } from '../../common/identity.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { Reader } from './reader.ts';

const HEARTBEAT_MILLISECONDS = 15_000;
/** What a reader that does not keep up may hold in this process; it is cut off and comes back with its place. */
const MOST_BUFFERED_BYTES = 1024 * 1024;
/** How long a reader may take for what is on its way to it before the connection is cut. */
const CLOSING_MILLISECONDS = 5_000;
/** Of Node's timers, 24 days; the end of a key may be further. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) of one generation to one reader. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap {
  /** Each closes a stream. */
  private readonly closes = new Set<() => void>();

  constructor(
    private readonly reader: Reader,
    private readonly connections: OpenConnections,
    private readonly metrics: Metrics,
    private readonly drain: Drain,
  ) {}

  /** A stream without an end is never taken for "done": its readers come back, to the next process. */
  onApplicationBootstrap(): void {
    const close = (one: () => void): void => one();
    this.drain.onBegin(() => this.drain.spread(this.closes, () => undefined, close));
  }

  open(
    who: Identity,
    generationId: string,
    lastEventId: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const { raw } = reply;
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    raw.flushHeaders();
    this.metrics.readerJoined('sse');
    this.metrics.userConnected(who.userId);
    let at = placeOf(generationId, lastEventId);
    const send = (event: StreamEvent): void => {
      at = { generationId, attempt: event.attempt, position: event.position };
      const text = toText(event);
      // One event alone may be as long as it likes: it waits for nobody.
      const { writableLength } = raw;
      if (writableLength > 0 && writableLength + Buffer.byteLength(text) > MOST_BUFFERED_BYTES) {
        this.metrics.readerTooSlow('sse');
        close();
        return;
      }
      raw.write(text);
      if (event.type === 'end') close();
    };
    const heartbeat = setInterval(() => {
      if (at) send({ type: 'heartbeat', ...at });
      else raw.write(':\n\n');
    }, HEARTBEAT_MILLISECONDS);
    const end = setTimeout(() => close(), untilEndOf(who));
    let closed = false;
    const leave: { now: () => void } = { now: () => {} };
    const close = (): void => {
      if (closed) return;
      closed = true;
      clearInterval(heartbeat);
      clearTimeout(end);
      this.closes.delete(close);
      this.connections.unwatch(who.sessionId, connection);
      this.metrics.readerLeft('sse');
      this.metrics.userDisconnected(who.userId);
      leave.now();
      raw.end();
      setTimeout(() => {
        if (!raw.writableFinished) raw.destroy();
      }, CLOSING_MILLISECONDS).unref();
    };
    const connection = { sessionEnded: close };
    this.connections.watch(who.sessionId, connection);
    this.closes.add(close);
    request.raw.once('close', close);
    leave.now = this.reader.follow(generationId, at, (event) => {
      if (!closed) send(event);
    });
    if (closed) leave.now();
  }
}

const untilEndOf = ({ expiresAt }: Identity): number =>
  Math.min(LONGEST_TIMER, expiresAt === undefined ? LONGEST_TIMER : Math.max(0, expiresAt.getTime() - Date.now()));

function placeOf(generationId: string, lastEventId: string | undefined): Place | undefined {
  const parsed = lastEventId === undefined ? undefined : parseEventId(lastEventId);
  // An id that is not ours is a reader that has something we cannot know: it starts anew, with a reset.
  if (!parsed) return lastEventId === undefined ? undefined : { generationId, attempt: 0, position: 0 };
  return { generationId, ...parsed };
}

/**
 * JSON has no raw CR or LF, so one data line always holds one event; what else some languages take for a line break (Python's
 * `splitlines`) is written as an escape.
 */
const toText = (event: StreamEvent): string => {
  const data = JSON.stringify(event).replace(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `id: ${eventId(event.attempt, event.position)}\nevent: ${event.type}\ndata: ${data}\n\n`;
};
