// A bare socket server: no identity, no protocol. `broadcast` sends one text to all who are connected.
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 4096 });
server.on('listening', () =>
  process.send?.({ type: 'ready', url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
server.on('connection', (socket) => {
  socket.on('message', () => socket.send('{"ok":true}'));
});
process.on('message', async (order: { type: string; times: number; everyMilliseconds: number; event: object }) => {
  if (order.type !== 'broadcast') return;
  for (let time = 0; time < order.times; time += 1) {
    const text = JSON.stringify(order.event);
    for (const socket of server.clients) socket.send(text);
    await pause(order.everyMilliseconds);
  }
});
process.on('disconnect', () => process.exit(0));
