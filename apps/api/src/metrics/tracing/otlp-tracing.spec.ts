import { Deliveries } from '../deliveries.ts';
import { OtlpTracing } from './otlp-tracing.ts';

/** Room for what waits, and for the batch that is on its way meanwhile. */
const ROOM = 2_048 + 512;
const MORE = 40;

it('counts each step for which there is no room', async () => {
  const counted: string[] = [];
  const deliveries = new Deliveries({ delivered: (signal, outcome) => counted.push(`${signal} ${outcome}`) });
  const tracing = new OtlpTracing({ url: 'http://127.0.0.1:1', headers: {}, ratio: 1 }, deliveries);
  for (let step = 0; step < ROOM + MORE; step += 1) tracing.begin('a step', 'internal', {})?.end();
  expect(counted).toEqual(Array.from({ length: MORE }, () => 'traces dropped'));
  await tracing.close();
  expect(counted.slice(MORE)).toContain('traces failed');
});
