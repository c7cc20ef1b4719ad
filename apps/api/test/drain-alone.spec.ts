import { CLOSE } from '@chatbox/contracts';
import { aUser } from './harness/people.ts';
import { ApiProcess } from './support/api-process.ts';
import { aChat } from './support/chat.ts';
import { RawSocket } from './support/raw-socket.ts';

/** One process, as on a laptop: there is no other one that its readers could be sent to. */
let api: ApiProcess;
beforeAll(async () => {
  api = await ApiProcess.on({});
});
beforeEach(() => api.start(), 20_000);
afterAll(() => api.close());

it('shows the end of an answer under way before it closes', async () => {
  const ann = await aUser(api);
  const chat = await aChat(api, ann);
  const socket = await RawSocket.of(api.url, ann.token);
  await socket.ask({ type: 'subscribe', conversationId: chat.id, places: [] });
  await chat.ask('count to 40');
  await socket.until(({ type }) => type === 'delta');
  await api.stop();
  expect((await socket.closed).code).toBe(CLOSE.draining);
  const told = socket.frames.map(({ type }) => type).filter((type) => type === 'end' || type === 'move');
  expect(told).toEqual(['end', 'move']);
});

it('is gone at once when nothing is under way, whoever has a window open', async () => {
  const ann = await aUser(api);
  const sockets = await Promise.all(Array.from({ length: 10 }, () => RawSocket.of(api.url, ann.token)));
  const began = performance.now();
  await api.stop();
  expect(performance.now() - began).toBeLessThan(1_000);
  for (const { closed } of sockets) expect((await closed).code).toBe(CLOSE.draining);
});
