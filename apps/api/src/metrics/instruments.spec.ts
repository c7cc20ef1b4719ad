import { setTimeout as pause } from 'node:timers/promises';
import { Instruments } from './instruments.ts';

it('looks at the event loop so seldom that an idle process is left alone', async () => {
  const instruments = new Instruments(true);
  await pause(300);
  const families = await instruments.families();
  const lag = families.find(({ name }) => name === 'nodejs_eventloop_lag_mean_seconds')?.values[0]?.value;
  // The measure has the time between two looks in it.
  expect(lag).toBeGreaterThan(0.04);
});
