import { setTimeout as pause } from 'node:timers/promises';
import { interleave } from '../interleave.ts';
import type { Lab, Way } from '../lab.ts';
import type { Row } from '../report.ts';
import { percentile } from '../statistics.ts';
import { contentOf, type Stream, type Wish } from '../stream.ts';

/** What tokens are collected for before they are made durable and shown, by default (docs/configuration.md). */
const JOURNAL_WINDOW_MILLISECONDS = 30;

/** P3: from the question to the first of the text, while questions come at a steady pace whatever the answers do. */
export const firstToken = async (lab: Lab): Promise<Row[]> => {
  const streams = 50;
  const wish: Wish = { tokens: lab.short ? 50 : 100, delayMilliseconds: 20 };
  const everyMilliseconds = (wish.tokens * wish.delayMilliseconds) / streams;
  const ways = [...withoutSdk(await lab.others()), await lab.chat(streams)];
  const results = await interleave(ways, lab.rounds, saying(lab, 'P3'), async (way) => {
    const arrived = await openLoop(way, streams, everyMilliseconds, wish);
    const first = arrived.map(({ began, arrivals }) => (arrivals[0] ?? Number.NaN) - began);
    return { p50: percentile(first, 0.5), p99: percentile(first, 0.99) };
  });
  const what = `first token, ${streams} streams, open loop`;
  const row = (share: 'p50' | 'p99', name: string, most: number | undefined): Row => ({
    goal: 'P3',
    what: `${what}, ${share}`,
    unit: 'ms',
    ours: (results.get('chat') ?? []).map((round) => round[share]),
    baseline: { name, values: (results.get(name) ?? []).map((round) => round[share]) },
    limit: most === undefined ? undefined : { kind: 'plus', most },
    missing: lab.absent.get(name),
  });
  return [
    row('p50', 'pipe', 15),
    row('p99', 'pipe', undefined),
    row('p50', 'Portkey', undefined),
    row('p50', 'direct', undefined),
  ];
};

/** P4: between two arrivals of the same answer; ours come in bunches of a journal's window, every token once. */
export const gaps = async (lab: Lab): Promise<Row[]> => {
  const streams = lab.short ? 100 : 200;
  const wish: Wish = { tokens: lab.short ? 50 : 100, delayMilliseconds: 20 };
  const ways = [...withoutSdk(await lab.others()), await lab.chat(streams)];
  const results = await interleave(ways, lab.rounds, saying(lab, 'P4'), async (way) => {
    const arrived = await openLoop(way, streams, 5, wish);
    const between = arrived.flatMap(({ arrivals }) =>
      arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? at)),
    );
    return percentile(between, 0.99);
  });
  const what = `gap between tokens, ${streams} streams at ${wish.delayMilliseconds} ms, p99`;
  return ['direct', 'pipe', 'Portkey'].map((name) => ({
    goal: 'P4',
    what,
    unit: 'ms',
    ours: results.get('chat') ?? [],
    baseline: { name, values: results.get(name) ?? [] },
    limit: name === 'direct' ? { kind: 'plus', most: JOURNAL_WINDOW_MILLISECONDS } : undefined,
    missing: lab.absent.get(name),
  }));
};

const withoutSdk = (ways: Way[]): Way[] => ways.filter(({ name }) => name !== 'AI SDK');

const saying =
  (lab: Lab, goal: string) =>
  (line: string): void =>
    lab.say(`${goal}: ${line}`);

/** Asks at fixed times, also where an answer is late: who waits for a slow server asks it less, and flatters it. */
const openLoop = async (way: Way, count: number, everyMilliseconds: number, wish: Wish): Promise<Stream[]> => {
  const began = performance.now();
  const streams: Promise<Stream>[] = [];
  for (let index = 0; index < count; index += 1) {
    const early = began + index * everyMilliseconds - performance.now();
    if (early > 0) await pause(early);
    streams.push(way.stream(index, contentOf(index, wish), wish));
  }
  const all = await Promise.all(streams);
  if (all.some(({ text }) => text.length < wish.tokens)) throw new Error(`${way.name} lost text`);
  return all;
};
