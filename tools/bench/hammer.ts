import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from './statistics.ts';

export interface Question {
  path: string;
  headers?: Record<string, string>;
}

export interface Answered {
  count: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** How many of each status. */
  statuses: Map<number, number>;
}

/**
 * One keep-alive connection that asks and reads with as little work as possible: what the client costs is taken from the server on the
 * same machine. HTTP/1.1 with content-length, which is what both sides here answer.
 */
class Line {
  private waiting: ((status: number) => void) | undefined;
  private text = '';

  private readonly socket: Socket;
  private readonly host: string;

  private constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.host = host;
    socket.setEncoding('latin1').on('data', (data: string) => this.read(data));
  }

  static async open(url: string): Promise<Line> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Line(socket.setNoDelay(true), host);
  }

  ask({ path, headers = {} }: Question): Promise<number> {
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`GET ${path} HTTP/1.1\r\nhost: ${this.host}\r\n${more.join('')}\r\n`);
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(data: string): void {
    this.text += data;
    const head = this.text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.text.slice(0, head))?.[1] ?? 0);
    if (this.text.length < head + 4 + length) return;
    const status = Number(this.text.slice(9, 12));
    this.text = '';
    this.waiting?.(status);
  }
}

/** So many connections, each asking again as soon as it is answered. */
export const hammer = async (
  url: string,
  { connections, seconds }: { connections: number; seconds: number },
  question: () => Question,
): Promise<Answered> => {
  const lines = await Promise.all(Array.from({ length: connections }, () => Line.open(url)));
  const taken: number[] = [];
  const statuses = new Map<number, number>();
  const began = performance.now();
  const until = began + seconds * 1000;
  const work = async (line: Line): Promise<void> => {
    while (performance.now() < until) {
      const from = performance.now();
      const status = await line.ask(question());
      taken.push(performance.now() - from);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(lines.map(work));
  const perSecond = (taken.length * 1000) / (performance.now() - began);
  for (const line of lines) line.close();
  return { count: taken.length, perSecond, p50: percentile(taken, 0.5), p99: percentile(taken, 0.99), statuses };
};

/** Asks at a steady pace, whatever the answers do, and counts from the time at which each was due. */
export const pace = async (
  url: string,
  { perSecond, seconds }: { perSecond: number; seconds: number },
  question: () => Question,
): Promise<Answered> => {
  const free: Line[] = [];
  const all: Line[] = [];
  const taken: number[] = [];
  const statuses = new Map<number, number>();
  const under: Promise<void>[] = [];
  const ask = async (due: number): Promise<void> => {
    const line = free.pop() ?? (await Line.open(url));
    if (!all.includes(line)) all.push(line);
    const status = await line.ask(question());
    taken.push(performance.now() - due);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    free.push(line);
  };
  const began = performance.now();
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = began + (index * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0.5) await pause(early);
    under.push(ask(due));
  }
  await Promise.all(under);
  for (const line of all) line.close();
  return {
    count: taken.length,
    perSecond: (taken.length * 1000) / (performance.now() - began),
    p50: percentile(taken, 0.5),
    p99: percentile(taken, 0.99),
    statuses,
  };
};
