import { setTimeout as pause } from 'node:timers/promises';
import { residentBytes } from '../cpu.ts';
import type { Lab } from '../lab.ts';
import { Product } from '../product.ts';
import type { Row } from '../report.ts';

const MEBIBYTE = 2 ** 20;

/** P14: an API that has been left alone since its start. PostgreSQL's processes share memory and are not in it. */
export const idleMemory = async (lab: Lab): Promise<Row[]> => {
  const upstream = await lab.upstream();
  const ours: number[] = [];
  for (let round = 1; round <= Math.min(lab.rounds, 3); round += 1) {
    lab.say(`P14: round ${round}`);
    const product = await Product.start({ upstream });
    await pause(lab.short ? 2_000 : 10_000);
    ours.push(residentBytes(product.pid) / MEBIBYTE);
    await product.stop();
  }
  return [
    {
      goal: 'P14',
      what: 'memory of an idle API, resident',
      unit: 'MiB',
      ours,
      baseline: undefined,
      limit: { kind: 'self', most: 150 },
    },
  ];
};
