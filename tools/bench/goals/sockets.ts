import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Child } from '../child.ts';
import { cpuOf } from '../cpu.ts';
import { interleave } from '../interleave.ts';
import type { Lab } from '../lab.ts';
import { inTurns, Product, ROOT } from '../product.ts';
import type { Limit, Row } from '../report.ts';
import { Seat } from '../seat.ts';
import { contentOf, type Wish } from '../stream.ts';

/** A server that sockets can be opened at. */
interface Host {
  name: string;
  /** Another one of its kind, in which nothing has happened yet. */
  fresh(): Promise<Host & { stop(): Promise<void> }>;
  memory(): Promise<{ used: number; rss: number }>;
  /** Milliseconds of processor time so far. */
  cpu(): number;
  /** What has to be there before so many can be opened. */
  prepare(count: number): Promise<void>;
  open(count: number): Promise<Opened>;
}

interface Opened {
  /** Has all of them watch the same; not a part of what is counted. */
  gather(): Promise<void>;
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
  const idle = lab.short ? 1_000 : 2_000;
  const watching = lab.short ? 300 : 1_000;
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
  const memory = `memory of an idle connection, ${idle} of them, JavaScript after a collection of garbage`;
  const fan = `messages delivered per processor second, one answer watched by ${watching}`;
  return [
    row(memory, 'KB', 'ws', { kind: 'times', most: 2 }, used),
    row(memory, 'KB', 'Socket.IO', { kind: 'times', most: 1 }, used),
    // Ours has been used to set the scene and has room to spare: too small to be a verdict.
    row('the same, growth of the resident process', 'KB', 'ws', undefined, resident),
    row('the same, growth of the resident process', 'KB', 'Socket.IO', undefined, resident),
    row(fan, '/s', 'ws', { kind: 'times', least: 0.8 }, rate),
    row(fan, '/s', 'Socket.IO', undefined, rate),
  ];
};

/** In a new process: one that has been used has room to spare. */
const memoryEach = async (host: Host, count: number): Promise<{ used: number; rss: number }> => {
  const fresh = await host.fresh();
  try {
    // What is compiled and allocated for the first connection is not the price of the next one.
    await fresh.prepare(count);
    await (await fresh.open(50)).close();
    const before = await fresh.memory();
    const opened = await fresh.open(count);
    const after = await fresh.memory();
    await opened.close();
    return { used: (after.used - before.used) / count, rss: (after.rss - before.rss) / count };
  } finally {
    await fresh.stop();
  }
};

const delivered = async (host: Host, count: number): Promise<number> => {
  await host.prepare(count);
  const opened = await host.open(count);
  await opened.gather();
  const before = host.cpu();
  const messages = await opened.broadcast();
  const seconds = (host.cpu() - before) / 1000;
  await opened.close();
  return messages / seconds;
};

const openHosts = async (lab: Lab): Promise<Host[]> => {
  const bare = (): Promise<Child> => lab.serve(join(ROOT, 'tools/bench/baselines/ws.ts'), [], COLLECTING);
  const hosts = [baseline('ws', await bare(), bare, '', async () => undefined), await ours(lab)];
  const io = (): Promise<Child | undefined> => lab.servePeer('Socket.IO', 'socket-io.mjs', [], COLLECTING);
  const first = await io();
  if (first) hosts.push(baseline('Socket.IO', first, io, '/socket.io/?EIO=4&transport=websocket', joinSocketIo));
  return hosts;
};

type Join = (socket: WebSocket) => Promise<void>;

const baseline = (
  name: string,
  child: Child,
  again: () => Promise<Child | undefined>,
  path: string,
  join: Join,
): Host & { stop(): Promise<void> } => ({
  name,
  fresh: async () => {
    const another = await again();
    if (!another) throw new Error(`${name} does not start again`);
    return baseline(name, another, again, path, join);
  },
  stop: () => child.stop(),
  memory: () => child.memory(),
  cpu: () => cpuOf(child.pid),
  prepare: async () => undefined,
  open: async (count) => {
    const sockets = await inTurns(count, async () => {
      const socket = new WebSocket(`${child.url}${path}`, { perMessageDeflate: false });
      await once(socket, 'open');
      await join(socket);
      return socket;
    });
    return {
      gather: async () => undefined,
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
const joinSocketIo = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text === '2') socket.send('3');
      if (text.startsWith('40')) resolve();
    });
    socket.send('40');
  });

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

const ours = async (lab: Lab): Promise<Host> => {
  const upstream = await lab.upstream();
  const fresh = async () => {
    const product = await Product.start({ upstream });
    return { ...(await hostOf(product, fresh)), stop: () => product.stop() };
  };
  return hostOf(await lab.product(), fresh);
};

/** One person has all the sockets, and each watches a conversation of its own, as tabs do. */
const hostOf = async (product: Product, fresh: Host['fresh']): Promise<Host> => {
  const [token = ''] = await product.people(1);
  const conversations: string[] = [];
  return {
    name: 'chat',
    fresh,
    memory: () => product.memory(),
    cpu: () => {
      const { api, postgres } = product.cpu();
      return api + postgres;
    },
    prepare: async (count) => {
      const missing = count - conversations.length;
      if (missing > 0) conversations.push(...(await inTurns(missing, () => product.conversation(token))));
    },
    open: async (count) => {
      const shared = conversations[0] ?? '';
      const seats = await inTurns(count, (index) => Seat.take(product, token, conversations[index] ?? shared));
      return {
        gather: async () => void (await inTurns(count, async (index) => seats[index]?.watch(shared))),
        broadcast: () => answerToAll(seats),
        close: () => leaveAll(seats),
      };
    },
  };
};

/** One asks, everybody sees it. */
const answerToAll = async ([asker, ...others]: Seat[]): Promise<number> => {
  let messages = 0;
  let ends = 0;
  const all = Promise.withResolvers<void>();
  for (const seat of others)
    seat.onEvent = ({ type }) => {
      messages += 1;
      if (type === 'end' && ++ends === others.length) all.resolve();
    };
  const wish: Wish = { tokens: 300, delayMilliseconds: 10 };
  const { arrivals } = (await asker?.stream(contentOf(0, wish), wish)) ?? { arrivals: [] };
  await all.promise;
  return messages + arrivals.length;
};

const leaveAll = async (seats: Seat[]): Promise<void> => {
  for (const seat of seats) seat.leave();
  await pause(500);
};

const closeAll = async (sockets: WebSocket[]): Promise<void> => {
  for (const socket of sockets) socket.terminate();
  await pause(500);
};
