import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { StreamEvent } from '@chatbox/contracts';
import { type FollowOptions, followGeneration } from './follow.ts';
import { Rest } from './rest.ts';

const SILENCE_MILLISECONDS = 300;

/** Follows a generation on a server that answers one request after the other in these ways. */
async function following(ways: ((response: ServerResponse) => unknown)[], options: FollowOptions = {}) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    ways[asked.length - 1]?.(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const rest = new Rest({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, fetch });
  const events: StreamEvent[] = [];
  try {
    for await (const event of followGeneration(rest, 'g', { silenceMilliseconds: SILENCE_MILLISECONDS, ...options }))
      events.push(event);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return {
    text: events.map((event) => ('text' in event ? event.text : '')).join(''),
    places: asked.map(({ headers }) => headers['last-event-id']),
  };
}

const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const say = (response: ServerResponse, type: string, position: number, more: object = {}) =>
  response.write(`event: ${type}\ndata: ${JSON.stringify({ attempt: 1, position, ...more })}\n\n`);
const finish = (response: ServerResponse, position: number) => {
  say(response, 'end', position, { status: 'completed' });
  response.end();
};

it('comes back with its place when the server falls silent in the middle of an answer', async () => {
  const { text, places } = await following([
    (response) => say(begin(response), 'delta', 4, { text: 'one ' }),
    (response) => {
      say(begin(response), 'delta', 7, { text: 'two' });
      finish(response, 7);
    },
  ]);
  expect([text, places]).toEqual(['one two', [undefined, '1.4']]);
}, 5_000);

it('asks again where no answer begins', async () => {
  const { places } = await following([() => undefined, (response) => finish(begin(response), 0)]);
  expect(places.length).toBe(2);
}, 5_000);

it('takes the smallest sign of life for one', async () => {
  const { text, places } = await following([
    async (response) => {
      begin(response);
      for (let sign = 0; sign < 5; sign += 1) {
        response.write(':\n\n');
        await pause(SILENCE_MILLISECONDS / 2);
      }
      say(response, 'delta', 3, { text: 'one' });
      finish(response, 3);
    },
  ]);
  expect([text, places]).toEqual(['one', [undefined]]);
}, 5_000);

it('leaves nothing behind on the signal of whoever follows', async () => {
  const { signal } = new AbortController();
  const away = (response: ServerResponse) => response.writeHead(503).end();
  await following([away, away, away, (response) => finish(begin(response), 0)], { signal });
  expect(getEventListeners(signal, 'abort').length).toBe(0);
}, 10_000);
