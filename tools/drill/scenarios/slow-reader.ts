import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CLOSE, type Conversation } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import { percentile } from '../../bench/statistics.ts';
import type { Replica } from '../../cluster/cluster.ts';
import { kernelQueue } from '../../faults/kernel-queues.ts';
import type { Person } from '../crowd.ts';
import type { Scenario, Scene } from '../scenario.ts';
import { metricsOf } from '../stage.ts';

/** What the kernel keeps on both sides of a connection comes first, some MiB; the rest waits in the replica. */
const MESSAGES = 120;
const MESSAGES_READ = 20;
const MESSAGE = 'x'.repeat(150_000);
const READERS = 4;
const CUT_MILLISECONDS = 15_000;
const MEBIBYTE = 1024 * 1024;

/** R7: some watch a conversation in which a lot is said, and stop reading. */
export const slowReader: Scenario = {
  name: 'slow-reader',
  what: `${READERS} sockets stop reading while up to 18 MB are said in their conversation`,
  pace: { tokens: [40, 110], delayMilliseconds: [8, 16], turns: 5 },
  everyRounds: 10,
  alone: true,
  disturb: async (scene) => {
    const { stage, random, load, note, complain } = scene;
    const [person] = (await stage.crowd.take(1)) as [Person];
    const replica = random.pick(stage.cluster.replicas);
    // Before and after, because a process that is warm is faster.
    const before = await said(scene, person, replica, false, MESSAGES_READ);
    const stuck = await said(scene, person, replica, true);
    const after = await said(scene, person, replica, false, MESSAGES_READ);
    const others = (...during: Said[]): number =>
      percentile(
        during.flatMap(({ from, to }) => load.latencies(from, to)),
        0.99,
      );
    note('R7 requests of others, p99 while the sockets read, ms', others(before, after));
    note('R7 requests of others, p99 while the sockets do not read, ms', others(stuck));
    for (const bytes of stuck.held) note('R7 held for each reader that stopped, MiB', bytes / MEBIBYTE);
    if (stuck.cutAt === undefined || stuck.cutAt - stuck.from > CUT_MILLISECONDS)
      complain('a socket that does not read was not cut in time');
    else note('R7 from the first byte to the cut, ms', stuck.cutAt - stuck.from);
    return undefined;
  },
};

interface Said {
  from: number;
  to: number;
  messages: number;
  /** When all who do not read were cut. */
  cutAt: number | undefined;
  /** Bytes that the replica held for each who did not read, when it was cut. */
  held: number[];
}

/** Has things said in a conversation until all who do not read are cut, or as often as is given. */
const said = async (
  { stage, signal }: Scene,
  person: Person,
  replica: Replica,
  areStuck: boolean,
  most = MESSAGES,
): Promise<Said> => {
  const { id } = await person.post<Conversation>('/api/v1/conversations', {
    title: 'A lot',
    model: 'openai/mock-large',
  });
  const before = await slowReadersOf(replica);
  const readers = await Promise.all(
    Array.from({ length: READERS }, () => Watcher.open(replica, person.token, id, signal)),
  );
  if (areStuck) for (const { socket } of readers) socket.pause();
  const from = performance.now();
  let cutAt: number | undefined;
  let messages = 0;
  try {
    for (; messages < most && cutAt === undefined; messages += 1) {
      signal.throwIfAborted();
      const content = `[[text:yes]] ${MESSAGE}`;
      const clientMessageId = crypto.randomUUID();
      await person.post(`/api/v1/conversations/${id}/messages`, { clientMessageId, content, parentId: null });
      if ((await slowReadersOf(replica)) - before >= READERS) cutAt = performance.now();
    }
    const to = performance.now();
    const held = cutAt === undefined ? [] : (await Promise.all(readers.map((reader) => reader.rest(signal)))).flat();
    return { from, to, messages, cutAt, held };
  } finally {
    for (const { socket } of readers) socket.terminate();
    await stage.ready(replica, signal);
  }
};

/** A socket, and the connection below it, of which every byte is known. */
class Watcher {
  readonly socket: WebSocket;
  private readonly replica: Replica;
  private connection: Socket | undefined;

  private constructor(replica: Replica) {
    this.replica = replica;
    this.socket = new WebSocket(`${replica.url.replace('http', 'ws')}/ws`, { perMessageDeflate: false });
    this.socket.on('error', () => undefined);
    this.socket.on('upgrade', ({ socket }: IncomingMessage) => {
      this.connection = socket;
    });
  }

  static async open(replica: Replica, token: string, conversationId: string, signal: AbortSignal): Promise<Watcher> {
    const watcher = new Watcher(replica);
    const { socket } = watcher;
    await once(socket, 'open', { signal });
    socket.send(JSON.stringify({ id: '1', type: 'hello', token }));
    await once(socket, 'message', { signal });
    socket.send(JSON.stringify({ id: '2', type: 'subscribe', conversationId, places: [] }));
    await once(socket, 'message', { signal });
    socket.on('message', () => undefined);
    return watcher;
  }

  /**
   * Reads on, and says how many bytes came that were neither read nor on the way: the replica had them. Nothing where the
   * connection ended before all of them came.
   */
  async rest(signal: AbortSignal): Promise<number[]> {
    const { connection, socket, replica } = this;
    if (!connection) throw new Error('there is no connection');
    const known = connection.bytesRead + (await kernelQueue(replica.port, connection.localPort ?? 0));
    const closed = once(socket, 'close', { signal });
    socket.resume();
    const [code] = (await closed) as [number];
    return code === CLOSE.slowReader ? [connection.bytesRead - known] : [];
  }
}

const slowReadersOf = async (replica: Replica): Promise<number> =>
  Number(/^chatbox_slow_readers_total\{[^}]*"ws"\} (\d+)$/m.exec(await metricsOf(replica))?.[1] ?? 0);
