import { LimitStore, MemoryLimitStore, type Spent } from '@chatbox/engine';
import { InsuredLimitStore } from './when-the-store-is-away.ts';

/** A shared store that can be away: refusing at once, or never answering. */
class FlakyStore extends LimitStore {
  readonly canBeAway = true;
  state: 'here' | 'refuses' | 'silent' = 'here';
  asked = 0;
  private readonly inner = new MemoryLimitStore();

  spend(key: string, windowSeconds: number): Promise<Spent> {
    return this.ask(() => this.inner.spend(key, windowSeconds));
  }
  read(key: string): Promise<Spent | null> {
    return this.ask(() => this.inner.read(key));
  }
  forget(key: string): Promise<void> {
    return this.ask(() => this.inner.forget(key));
  }
  private ask<T>(question: () => Promise<T>): Promise<T> {
    this.asked += 1;
    if (this.state === 'refuses') return Promise.reject(new Error('connection refused'));
    return this.state === 'silent' ? new Promise(() => undefined) : question();
  }
}

let now = 0;
let shared: FlakyStore;
let insured: InsuredLimitStore;
let said: string[];
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  shared = new FlakyStore();
  said = [];
  const say = (_fields: object, message: string) => said.push(message);
  insured = new InsuredLimitStore(shared, { warn: say, info: say });
});
afterEach(() => jest.restoreAllMocks());

const spend = async (): Promise<number> => (await insured.spend('key', 60)).points;

it.each(['refuses', 'silent'] as const)('goes on counting, alone, when the shared store %s', async (state) => {
  expect([await spend(), await spend()]).toEqual([1, 2]);
  shared.state = state;
  expect([await spend(), await spend(), await spend()]).toEqual([1, 2, 3]);
  expect((await insured.read('key'))?.points).toBe(3);
  await insured.forget('key');
  expect(await spend()).toBe(1);
  expect(said).toEqual(['the shared store of limits is away; this process counts alone']);
});

it('does not wait for a dead store at every request, and goes back to it when it is there', async () => {
  await spend();
  shared.state = 'silent';
  await spend();
  const { asked } = shared;
  for (let i = 0; i < 20; i += 1) await spend();
  expect(shared.asked).toBe(asked);
  shared.state = 'here';
  now += 3_000;
  expect(await spend()).toBe(2);
  expect(said).toEqual([
    'the shared store of limits is away; this process counts alone',
    'the shared store of limits is back',
  ]);
});
