import type { Engine } from './engine.ts';

/** The few words of a test runner that the suite needs; jest's globals fit. */
export interface Runner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
  equal(actual: unknown, expected: unknown): void;
}

/** Two engines that see each other; a driver for one process gives the same one twice. */
type Pair = () => Promise<[Engine, Engine]>;

/** What every driver has to keep. A driver is done when this passes. */
export function engineContract(name: string, openPair: Pair, { describe, it, equal }: Runner): void {
  const withPair = (body: (one: Engine, other: Engine) => Promise<void>) => async () => {
    const [one, other] = await openPair();
    try {
      await body(one, other);
    } finally {
      await one.close();
      if (other !== one) await other.close();
    }
  };

  describe(`engine: ${name}`, () => {
    it(
      'carries hints to every subscriber of the topic, in order, and to no other topic',
      withPair(async (one, other) => {
        const first = collector();
        const second = collector();
        const elsewhere = collector();
        await other.bus.subscribe('a', first.take);
        await one.bus.subscribe('a', second.take);
        await other.bus.subscribe('b', elsewhere.take);
        for (const hint of ['1', '2', '3']) await one.bus.publish('a', hint);
        equal(await first.atLeast(3), ['1', '2', '3']);
        equal(await second.atLeast(3), ['1', '2', '3']);
        equal(elsewhere.seen, []);
      }),
    );

    it(
      'delivers nothing after leaving, and the same function can subscribe twice',
      withPair(async (one, other) => {
        const both = collector();
        const witness = collector();
        const leave = await other.bus.subscribe('a', both.take);
        await other.bus.subscribe('a', both.take);
        await other.bus.subscribe('a', witness.take);
        await one.bus.publish('a', '1');
        equal(await both.atLeast(2), ['1', '1']);
        await leave();
        await one.bus.publish('a', '2');
        await witness.atLeast(2);
        equal(both.seen, ['1', '1', '2']);
      }),
    );

    it(
      'lets a subscriber throw without harm to the others or to the publisher',
      withPair(async (one, other) => {
        const healthy = collector();
        await other.bus.subscribe('a', () => {
          throw new Error('a subscriber failed');
        });
        await other.bus.subscribe('a', healthy.take);
        await one.bus.publish('a', '1');
        equal(await healthy.atLeast(1), ['1']);
      }),
    );

    it(
      'never runs a subscriber inside publish',
      withPair(async (one) => {
        const seen = collector();
        await one.bus.subscribe('a', seen.take);
        const published = one.bus.publish('a', '1');
        equal(seen.seen, []);
        await published;
        await seen.atLeast(1);
      }),
    );

    it(
      'passes any text unchanged',
      withPair(async (one, other) => {
        const seen = collector();
        await other.bus.subscribe('any topic: ü/*', seen.take);
        const hints = ['', 'ü€😀', 'line\nbreak', '{"a":1}', 'x'.repeat(100_000)];
        for (const hint of hints) await one.bus.publish('any topic: ü/*', hint);
        equal(await seen.atLeast(hints.length), hints);
      }),
    );

    it(
      'is live, also for many topics that come and go at once',
      withPair(async (one, other) => {
        equal([one.bus.isLive, other.bus.isLive], [true, true]);
        const topics = Array.from({ length: 300 }, (_, i) => `topic ${i}`);
        const seen = collector();
        const leaves = await Promise.all(topics.map((topic) => other.bus.subscribe(topic, seen.take)));
        await Promise.all(leaves.filter((_, i) => i % 2 === 0).map((leave) => leave()));
        const again = other.bus.subscribe(topics[0] ?? '', seen.take);
        await again;
        await Promise.all(topics.map((topic) => one.bus.publish(topic, topic)));
        equal((await seen.atLeast(151)).toSorted(), [topics[0], ...topics.filter((_, i) => i % 2 === 1)].toSorted());
      }),
    );

    it(
      'keeps the order of each publisher, also of hints that are published without waiting',
      withPair(async (one, other) => {
        const seen = collector();
        await other.bus.subscribe('a', seen.take);
        const hints = Array.from({ length: 500 }, (_, i) => i);
        await Promise.all(
          hints.flatMap((i) => [one.bus.publish('a', `one ${i}`), other.bus.publish('a', `other ${i}`)]),
        );
        const all = await seen.atLeast(1000);
        for (const name of ['one', 'other'])
          equal(
            all.filter((hint) => hint.startsWith(`${name} `)),
            hints.map((i) => `${name} ${i}`),
          );
      }),
    );

    it(
      'says how many other nodes were listening',
      withPair(async (one, other) => {
        const others = one === other ? 0 : 1;
        const seen = collector();
        equal(await one.bus.publish('a', '1'), 0);
        await one.bus.subscribe('a', seen.take);
        equal(await one.bus.publish('a', '2'), 0);
        const leave = await other.bus.subscribe('a', seen.take);
        await other.bus.subscribe('a', seen.take);
        equal(await one.bus.publish('a', '3'), others);
        await leave();
        equal(await one.bus.publish('a', '4'), others);
      }),
    );

    it(
      'counts what all spend together, each count once',
      withPair(async (one, other) => {
        const spent = await Promise.all(
          Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).limits.spend('shared', 60)),
        );
        equal(
          spent.map(({ points }) => points).sort((a, b) => a - b),
          Array.from({ length: 20 }, (_, i) => i + 1),
        );
        equal((await one.limits.read('shared'))?.points, 20);
        equal(await one.limits.read('another'), null);
      }),
    );

    it(
      'keeps a window where it began, ends it, and forgets when told',
      withPair(async (one, other) => {
        await one.limits.spend('window', 0.3);
        const second = await other.limits.spend('window', 60);
        equal(second.points === 2 && second.resetMilliseconds <= 1000, true);
        while ((await one.limits.read('window')) !== null) await new Promise((resolve) => setTimeout(resolve, 20));
        equal((await one.limits.spend('window', 60)).points, 1);
        await other.limits.forget('window');
        equal(await one.limits.read('window'), null);
      }),
    );
  });
}

function collector() {
  const seen: string[] = [];
  let wake: (() => void) | undefined;
  return {
    seen,
    take: (hint: string) => {
      seen.push(hint);
      wake?.();
    },
    async atLeast(count: number): Promise<string[]> {
      while (seen.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return seen;
    },
  };
}
