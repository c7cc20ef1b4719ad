import { EventLoop } from './event-loop.ts';

const block = (milliseconds: number): void => {
  const end = Date.now() + milliseconds;
  while (Date.now() < end);
};
/** The measure is a timer: it sees a block when its turn comes. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));

it('says to each of several readers how late the loop was, until it is over', async () => {
  const loop = new EventLoop();
  try {
    const now = performance.now.bind(performance);
    let later = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now() + later);
    await turn();
    block(400);
    await turn();
    expect(loop.read().p99).toBeGreaterThan(0.1);
    later += 6_000;
    expect(loop.read().p99).toBeGreaterThan(0.1);
    later += 10_000;
    expect(loop.read().p99).toBeGreaterThan(0.1);
    await turn();
    later += 16_000;
    expect(loop.read().p99).toBeLessThan(0.1);
  } finally {
    loop.stop();
    jest.restoreAllMocks();
  }
});
