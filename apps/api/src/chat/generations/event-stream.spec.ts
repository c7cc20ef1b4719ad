import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { StreamEvent } from '@chatbox/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenConnections } from '../../auth/open-connections.ts';
import type { Drain } from '../../cluster/drain.ts';
import type { Identity } from '../../common/identity.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { EventStreams } from './event-stream.ts';
import type { Reader } from './reader.ts';

const MEBIBYTE = 1024 * 1024;
const nothing = (): void => {};

/** A stream as one reader has it over a connection of its own; `tell` is what the generation says. */
class Opened {
  slow = 0;

  private constructor(
    readonly socket: Socket,
    readonly raw: ServerResponse,
    readonly tell: (event: StreamEvent) => void,
    private readonly server: Server,
  ) {}

  static async open(): Promise<Opened> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', nothing);
    socket.write('GET / HTTP/1.1\r\nHost: any\r\n\r\n');
    const [request, raw] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    let tell: (event: StreamEvent) => void = nothing;
    const reader = {
      follow: (_id: string, _place: unknown, sink: typeof tell) => {
        tell = sink;
        return nothing;
      },
    } as unknown as Reader;
    let opened: Opened | undefined;
    const metrics = {
      readerJoined: nothing,
      readerLeft: nothing,
      userConnected: nothing,
      userDisconnected: nothing,
      readerTooSlow: () => {
        if (opened) opened.slow += 1;
      },
    } as unknown as Metrics;
    const connections = { watch: nothing, unwatch: nothing } as unknown as OpenConnections;
    new EventStreams(reader, connections, metrics, {} as Drain).open(
      { userId: 'u', sessionId: 's' } as Identity,
      'g',
      undefined,
      { raw: request } as FastifyRequest,
      { raw, hijack: nothing, getHeaders: () => ({}) } as unknown as FastifyReply,
    );
    opened = new Opened(socket, raw, (event) => tell(event), server);
    return opened;
  }

  close(): void {
    this.socket.destroy();
    this.server.close();
  }
}

const delta = (position: number): StreamEvent =>
  ({ type: 'delta', generationId: 'g', attempt: 1, position, text: 'ö'.repeat(75_000) }) as StreamEvent;

it('holds at most 1 MiB for a reader that stopped, and cuts its connection', async () => {
  const stream = await Opened.open();
  try {
    stream.socket.pause();
    const gone = once(stream.raw, 'close');
    let most = 0;
    for (let position = 1; stream.slow === 0; position += 1) {
      stream.tell(delta(position));
      most = Math.max(most, stream.raw.writableLength);
      await new Promise(setImmediate);
    }
    await gone;
    expect(most).toBeLessThanOrEqual(MEBIBYTE);
    expect(most).toBeGreaterThan(MEBIBYTE / 2);
    expect(stream.raw.writableFinished).toBe(false);
    expect(stream.slow).toBe(1);
  } finally {
    stream.close();
  }
}, 15_000);

it('gives a reader that is only late what was on its way, and keeps its connection', async () => {
  const stream = await Opened.open();
  try {
    stream.socket.pause();
    let position = 1;
    for (; stream.raw.writableLength === 0; position += 1) {
      stream.tell(delta(position));
      await new Promise(setImmediate);
    }
    stream.tell({ type: 'end', generationId: 'g', attempt: 1, position, status: 'completed' } as StreamEvent);
    let text = '';
    stream.socket.on('data', (data: Buffer) => (text += data.toString())).resume();
    await once(stream.raw, 'finish');
    while (!text.endsWith('\r\n0\r\n\r\n')) await once(stream.socket, 'data');
    expect(text).toContain('event: end');
    expect([stream.slow, stream.socket.destroyed]).toEqual([0, false]);
  } finally {
    stream.close();
  }
});
