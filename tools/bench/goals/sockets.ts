import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Child } from '../child.ts';
import { cpuOf } from '../cpu.ts';
import { interleave } from '../interleave.ts';
import type { Lab } from '../lab.ts';
import { inTurns, type Product, ROOT } from '../product.ts';
import type { Limit, Row } from '../report.ts';
import { Seat } from '../seat.ts';
import { contentOf, type Wish } from '../stream.ts';

/** A server that sockets can be opened at. */
interface Host {
  name: string;
  memory(): Promise<{ used: number; rss: number }>;
  /** Milliseconds of processor time so far. */
  cpu(): number;
  open(count: number): Promise<Opened>;
}

interface Opened {
  /** Sends so much that it is worth counting; answers with how many messages have arrived. */
  broadcast(): Promise<number>;
  close(): Promise<void>;
}

const GARBAGE = join(ROOT, 'tools/bench/baselines/garbage.mjs');
const COLLECTING = ['--expose-gc', '--import', GARBAGE];
const BROADCASTS = 100;
const EVERY_MILLISECONDS = 30;
/** A delta as it is sent in the middle of an answer. */
const DELTA = {
  type: 'delta',
  generationId: '01890a5d-ac96-774b-bcce-b302099a8057',
  attempt: 1,
  position: 612,
  text: ' three words more',
  part: 0,
  kind: 'text',
};

/** P9: what an idle connection holds, and how much a second of processor time delivers to many who watch one answer. */
export const sockets = async (lab: Lab): Promise<Row[]> => {
  const hosts = await openHosts(lab);
  const idle = lab.short ? 500 : 1_000;
  const watching = lab.short ? 200 : 500;
  const say = (line: string): void => lab.say(`P9: ${line}`);
  const held = await interleave(
    hosts,
    lab.rounds,
    (line) => say(`memory, ${line}`),
    (host) => memoryEach(host, idle),
  );
  const sent = await interleave(
    hosts,
    lab.rounds,
    (line) => say(`fan-out, ${line}`),
    (host) => delivered(host, watching),
  );
  const row = (
    what: string,
    unit: string,
    name: string,
    limit: Limit | undefined,
    of: (host: string) => number[],
  ): Row => ({
    goal: 'P9',
    what,
    unit,
    ours: of('chat'),
    baseline: { name, values: of(name) },
    limit,
    missing: lab.absent.get(name),
  });
  const used = (name: string): number[] => (held.get(name) ?? []).map((round) => round.used / 1024);
  const resident = (name: string): number[] => (held.get(name) ?? []).map((round) => round.rss / 1024);
  const rate = (name: string): number[] => sent.get(name) ?? [];
  const memory = `memory of an idle connection, ${idle} of them, in use`;
  const fan = `messages delivered per processor second, one answer watched by ${watching}`;
  return [
    row(memory, 'KB', 'ws', { kind: 'times', most: 2 }, used),
    row(memory, 'KB', 'Socket.IO', { kind: 'times', most: 1 }, used),
    row('the same, as the process grew', 'KB', 'ws', undefined, resident),
    row(fan, '/s', 'ws', { kind: 'times', least: 0.8 }, rate),
    row(fan, '/s', 'Socket.IO', undefined, rate),
  ];
};

const memoryEach = async (host: Host, count: number): Promise<{ used: number; rss: number }> => {
  const before = await host.memory();
  const opened = await host.open(count);
  const after = await host.memory();
  await opened.close();
  return { used: (after.used - before.used) / count, rss: (after.rss - before.rss) / count };
};

const delivered = async (host: Host, count: number): Promise<number> => {
  const opened = await host.open(count);
  const before = host.cpu();
  const messages = await opened.broadcast();
  const seconds = (host.cpu() - before) / 1000;
  await opened.close();
  return messages / seconds;
};

const openHosts = async (lab: Lab): Promise<Host[]> => {
  const product = await lab.product();
  const hosts = [await ours(product)];
  const bare = await lab.serve(join(ROOT, 'tools/bench/baselines/ws.ts'), [], COLLECTING);
  hosts.unshift(baseline('ws', bare, bare.url, async () => undefined));
  const io = await lab.servePeer('Socket.IO', 'socket-io.mjs', [], COLLECTING);
  if (io) hosts.push(baseline('Socket.IO', io, `${io.url}/socket.io/?EIO=4&transport=websocket`, joinSocketIo));
  return hosts;
};

const baseline = (name: string, child: Child, url: string, join: (socket: WebSocket) => Promise<void>): Host => ({
  name,
  memory: () => child.memory(),
  cpu: () => cpuOf(child.pid),
  open: async (count) => {
    const sockets = await inTurns(count, async () => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      await once(socket, 'open');
      await join(socket);
      return socket;
    });
    return {
      broadcast: async () => {
        const all = counting(sockets, count * BROADCASTS);
        child.tell({ type: 'broadcast', times: BROADCASTS, everyMilliseconds: EVERY_MILLISECONDS, event: DELTA });
        return all;
      },
      close: () => closeAll(sockets),
    };
  },
});

/** https://socket.io/docs/v4/engine-io-protocol/: open, then connect to the main namespace, then answer pings. */
const joinSocketIo = async (socket: WebSocket): Promise<void> => {
  socket.on('message', (data: Buffer) => {
    if (data.toString() === '2') socket.send('3');
  });
  socket.send('40');
  for (;;) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    if (data.toString().startsWith('40')) return;
  }
};

const counting = (sockets: WebSocket[], expected: number): Promise<number> =>
  new Promise((resolve) => {
    let count = 0;
    for (const socket of sockets)
      socket.on('message', (data: Buffer) => {
        if (data.length < 20) return; // A ping of Engine.IO.
        count += 1;
        if (count === expected) resolve(count);
      });
  });

/** One person has all the sockets, and for the memory each watches a conversation of its own, as tabs do. */
const ours = async (product: Product): Promise<Host> => {
  const [token = ''] = await product.people(1);
  const conversations: string[] = [];
  return {
    name: 'chat',
    memory: () => product.memory(),
    cpu: () => {
      const { api, postgres } = product.cpu();
      return api + postgres;
    },
    open: async (count) => {
      const missing = count - conversations.length;
      if (missing > 0) conversations.push(...(await inTurns(missing, () => product.conversation(token))));
      const shared = conversations[0] ?? '';
      const seats = await inTurns(count, (index) => Seat.take(product, token, conversations[index] ?? shared));
      return {
        broadcast: async () => {
          for (const seat of seats.slice(1)) await seat.watch(shared);
          let messages = 0;
          let ends = 0;
          const all = Promise.withResolvers<void>();
          for (const seat of seats.slice(1))
            seat.onEvent = ({ type }) => {
              messages += 1;
              if (type === 'end' && ++ends === count - 1) all.resolve();
            };
          const wish: Wish = { tokens: 300, delayMilliseconds: 10 };
          const { arrivals } = (await seats[0]?.stream(contentOf(0, wish), wish)) ?? { arrivals: [] };
          await all.promise;
          return messages + arrivals.length;
        },
        close: async () => {
          for (const seat of seats) seat.leave();
          await pause(500);
        },
      };
    },
  };
};

const closeAll = async (sockets: WebSocket[]): Promise<void> => {
  for (const socket of sockets) socket.terminate();
  await pause(500);
};
