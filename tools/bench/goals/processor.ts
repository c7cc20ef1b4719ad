import { setTimeout as pause } from 'node:timers/promises';
import { interleave } from '../interleave.ts';
import type { Lab, Way } from '../lab.ts';
import type { Limit, Row } from '../report.ts';
import { contentOf, type Wish } from '../stream.ts';

const LIMITS: Record<string, Limit> = {
  pipe: { kind: 'times', most: 2.5 },
  Portkey: { kind: 'times', most: 1 },
  'AI SDK': { kind: 'times', most: 0.5 },
};
/** What comes after the last byte (checkpoints, WAL) counts too. */
const AFTERMATH_MILLISECONDS = 200;

/** P2: processor time of the whole chat path, persisted and journalled, beside ways that persist nothing. */
export const processorTime = async (lab: Lab): Promise<Row[]> => {
  const atOnce = lab.short ? 50 : 100;
  const ways = [...(await lab.others()).filter(({ name }) => name !== 'direct'), await lab.chat(atOnce)];
  const rows: Row[] = [];
  for (const delayMilliseconds of [10, 0]) {
    const wish: Wish = { tokens: 200, delayMilliseconds };
    // Where nothing is waited for the streams are over so soon that the kernel's clock needs several to count.
    const times = delayMilliseconds === 0 ? 3 : 1;
    const pace = delayMilliseconds === 0 ? 'as fast as can be' : `one every ${delayMilliseconds} ms`;
    const say = (line: string): void => lab.say(`P2, ${pace}: ${line}`);
    const results = await interleave(ways, lab.rounds, say, (way) => perStream(way, atOnce, times, wish));
    const what = `processor per stream of 200 tokens, ${pace}, ${atOnce} at once`;
    const ours = results.get('chat') ?? [];
    for (const [name, limit] of Object.entries(LIMITS)) {
      const missing = lab.absent.get(name);
      rows.push({
        goal: 'P2',
        what,
        unit: 'ms',
        ours: ours.map(({ all }) => all),
        baseline: { name, values: (results.get(name) ?? []).map(({ all }) => all) },
        // The goal is about streams that overlap as in life; nobody's model is as fast as the other figure.
        limit: delayMilliseconds > 0 ? limit : undefined,
        ...(missing !== undefined && { missing }),
      });
    }
    rows.push({
      goal: 'P2',
      what: `${what}: PostgreSQL's part`,
      unit: 'ms',
      ours: ours.map(({ database }) => database),
      baseline: undefined,
      limit: undefined,
    });
  }
  return rows;
};

const perStream = async (way: Way, atOnce: number, times: number, wish: Wish) => {
  const before = way.cpu();
  for (let time = 0; time < times; time += 1) {
    const streams = await Promise.all(
      Array.from({ length: atOnce }, (_, index) => way.stream(index, contentOf(index, wish), wish)),
    );
    if (streams.some(({ text }) => text.length < wish.tokens)) throw new Error(`${way.name} lost text`);
  }
  await pause(AFTERMATH_MILLISECONDS);
  const after = way.cpu();
  const count = atOnce * times;
  return { all: (after.all - before.all) / count, database: (after.database - before.database) / count };
};
