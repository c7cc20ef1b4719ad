import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { CLOSE } from '@chatbox/contracts';
import { WebSocket, WebSocketServer } from 'ws';
import { Socket } from './socket.ts';

const MEBIBYTE = 1024 * 1024;

it('holds at most 1 MiB for a reader that stopped, lets it have that, and sends it away to come again', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const reader = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    perMessageDeflate: false,
  });
  try {
    const [raw, { socket: stream }] = (await once(server, 'connection')) as [WebSocket, IncomingMessage];
    await once(reader, 'open');
    reader.pause();
    let slow = 0;
    const socket = new Socket(raw, stream as Writable, {
      frameSent: () => {},
      readerTooSlow: () => {
        slow += 1;
      },
    });
    const frames: unknown[] = [];
    reader.on('message', (data) => frames.push(JSON.parse(data.toString())));
    let sent = 0;
    let most = 0;
    for (; slow === 0; sent += 1) {
      socket.send({ number: sent, text: 'ö'.repeat(75_000) });
      most = Math.max(most, stream.writableLength);
      await new Promise(setImmediate);
    }
    expect(most).toBeLessThanOrEqual(MEBIBYTE);
    expect(most).toBeGreaterThan(MEBIBYTE / 2);
    socket.send({ number: 'too late' });
    const closed = once(reader, 'close') as Promise<[number]>;
    reader.resume();
    expect((await closed)[0]).toBe(CLOSE.slowReader);
    expect(frames.map((frame) => (frame as { number: number }).number)).toEqual(
      Array.from({ length: sent - 1 }, (_, number) => number),
    );
    expect(slow).toBe(1);
  } finally {
    reader.terminate();
    server.close();
  }
});
