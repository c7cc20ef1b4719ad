import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Conversation } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import { percentile } from '../../bench/statistics.ts';
import type { Replica } from '../../cluster/cluster.ts';
import type { Person } from '../crowd.ts';
import type { Load } from '../load.ts';
import type { Scenario, Scene } from '../scenario.ts';
import { metricsOf } from '../stage.ts';

/** What the kernel keeps on both sides of a connection comes first, some MiB; the rest waits in the replica. */
const MESSAGES = 120;
const MESSAGE = 'x'.repeat(150_000);
const CUT_MILLISECONDS = 15_000;

/** R7: somebody watches a conversation in which a lot is said, and stops reading. */
export const slowReader: Scenario = {
  name: 'slow-reader',
  what: 'a socket stops reading while 18 MB are said in its conversation',
  pace: { tokens: [40, 110], delayMilliseconds: [8, 16], turns: 5 },
  everyRounds: 10,
  alone: true,
  disturb: async (scene) => {
    const { stage, random, load, note, complain } = scene;
    const [person] = (await stage.crowd.take(1)) as [Person];
    const replica = random.pick(stage.cluster.replicas);
    const reading = await said(scene, person, replica, () => undefined);
    const slowBefore = await slowReadersOf(replica);
    const cut = slowReaderMore(replica, slowBefore);
    const stuck = await said(scene, person, replica, (socket) => socket.pause());
    const cutAt = await Promise.race([cut, pause(CUT_MILLISECONDS)]);
    stuck.socket.terminate();
    note('R7 requests of others, p99 while the socket reads, ms', percentile(latencies(load, reading), 0.99));
    note('R7 requests of others, p99 while it does not, ms', percentile(latencies(load, stuck), 0.99));
    if (cutAt === undefined) complain('a socket that does not read was not cut');
    else note('R7 from the first of 18 MB to the cut, ms', cutAt - stuck.from);
    return undefined;
  },
};

interface Said {
  from: number;
  to: number;
  socket: WebSocket;
}

/** Has everything said in a conversation that a socket of this replica watches. */
const said = async (
  { stage, signal }: Scene,
  person: Person,
  replica: Replica,
  treat: (socket: WebSocket) => void,
): Promise<Said> => {
  const { id } = await person.post<Conversation>('/api/v1/conversations', {
    title: 'A lot',
    model: 'openai/mock-large',
  });
  const socket = new WebSocket(`${replica.url.replace('http', 'ws')}/ws`, { perMessageDeflate: false });
  socket.on('error', () => undefined);
  await once(socket, 'open', { signal });
  socket.send(JSON.stringify({ id: '1', type: 'hello', token: person.token }));
  await once(socket, 'message', { signal });
  socket.send(JSON.stringify({ id: '2', type: 'subscribe', conversationId: id, places: [] }));
  await once(socket, 'message', { signal });
  socket.on('message', () => undefined);
  treat(socket);
  const from = performance.now();
  for (let message = 0; message < MESSAGES; message += 1) {
    signal.throwIfAborted();
    const content = `[[text:yes]] ${MESSAGE}`;
    await person.post(`/api/v1/conversations/${id}/messages`, {
      clientMessageId: crypto.randomUUID(),
      content,
      parentId: null,
    });
  }
  const to = performance.now();
  if (!socket.isPaused) socket.terminate();
  await stage.ready(replica, signal);
  return { from, to, socket };
};

const latencies = (load: Load, { from, to }: Said): number[] => load.latencies(from, to);

/** When the replica has cut one more; undefined where it has not within a minute. */
const slowReaderMore = async (replica: Replica, than: number): Promise<number | undefined> => {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    if ((await slowReadersOf(replica)) > than) return performance.now();
    await pause(50);
  }
  return undefined;
};

const slowReadersOf = async (replica: Replica): Promise<number> =>
  Number(/^chatbox_slow_readers_total\{[^}]*"ws"\} (\d+)$/m.exec(await metricsOf(replica))?.[1] ?? 0);
