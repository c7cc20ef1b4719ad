// The same as ws.ts with Socket.IO: everybody joins one room, `broadcast` tells the room.
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => socket.join('room'));
http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ type: 'ready', url: `ws://127.0.0.1:${http.address().port}` }),
);
process.on('message', async (order) => {
  if (order.type !== 'broadcast') return;
  for (let time = 0; time < order.times; time += 1) {
    io.to('room').emit('event', order.event);
    await pause(order.everyMilliseconds);
  }
});
process.on('disconnect', () => process.exit(0));
