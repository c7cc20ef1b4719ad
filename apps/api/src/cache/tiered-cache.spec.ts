import { type Engine, MemoryEngine, RedisEngine } from '@chatbox/engine';
import { RedisServer } from '../../../../tools/test/redis.ts';
import type { Cache } from './cache.ts';
import { type CacheSettings, TieredCache } from './tiered-cache.ts';

const SETTINGS: CacheSettings = { CACHE_TTL_SECONDS: 300, CACHE_MEMORY_MEGABYTES: 1, CACHE_MEMORY_ENTRIES: 100 };
const NO_FIGURES = {
  cacheAsked() {},
  cacheForgot() {},
  cacheSize() {},
  redisState() {},
  hintLost() {},
  beforeReading() {},
};

const opened: { close(): Promise<void> }[] = [];
const open = async (engine: Engine, settings: Partial<CacheSettings> = {}): Promise<TieredCache> => {
  const cache = new TieredCache(engine, { ...SETTINGS, ...settings }, NO_FIGURES);
  await cache.onModuleInit();
  opened.push({ close: () => cache.onApplicationShutdown().then(() => engine.close()) });
  return cache;
};
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A question that knows how often it was asked. */
const counting = <T>(answer: () => T) => {
  const find = async (): Promise<T> => {
    find.asked += 1;
    return answer();
  };
  find.asked = 0;
  return find;
};
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('it does not come to that');
    await new Promise((turn) => setImmediate(turn));
  }
};
const DATABASE_AWAY = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** What the cache promises, whatever is behind it: two replicas, or twice the same where there is one. */
const cacheContract = (
  name: string,
  openPair: (settings?: Partial<CacheSettings>) => Promise<[Cache, Cache]>,
): void => {
  describe(`cache: ${name}`, () => {
    it('asks once for all who ask meanwhile, and gives each a copy', async () => {
      const [one] = await openPair();
      const find = counting(() => ({ list: [1] }));
      const answers = await Promise.all(Array.from({ length: 20 }, () => one.remember({ key: 'a', version: 1 }, find)));
      answers[0]?.list.push(2);
      expect([...answers.slice(1), await one.remember({ key: 'a', version: 1 }, find)]).toEqual(
        Array.from({ length: 20 }, () => ({ list: [1] })),
      );
      expect(find.asked).toBe(1);
    });

    it.each([[null], [0], [false], [''], [[]], [{}]])('keeps %j like any other value', async (value) => {
      const [one, other] = await openPair();
      const find = counting(() => value);
      for (const cache of [one, one, other])
        expect(await cache.remember({ key: 'a', version: 1 }, find)).toEqual(value);
      expect(find.asked).toBe(1);
    });

    it('keeps nothing where there is no answer, and gives a date as text to all', async () => {
      const [one] = await openPair();
      const nothing = counting(() => undefined);
      for (let i = 0; i < 2; i += 1) expect(await one.remember({ key: 'a', version: 1 }, nothing)).toBeUndefined();
      expect(nothing.asked).toBe(2);
      const day = '2026-01-01T00:00:00.000Z';
      for (let i = 0; i < 2; i += 1)
        expect(await one.remember({ key: 'b', version: 1 }, async () => new Date(day))).toBe(day);
    });

    it('hands a failure to all who wait, as it is, and does not keep it', async () => {
      const [one] = await openPair();
      const failure = new Error('of the question');
      const fail = counting(() => {
        throw failure;
      });
      const kept = { key: 'a', version: 1, graceSeconds: 60 };
      const outcomes = await Promise.allSettled([one.remember(kept, fail), one.remember(kept, fail)]);
      expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([failure, failure]);
      expect(fail.asked).toBe(1);
      expect(await one.remember(kept, async () => 'now')).toBe('now');
    });

    it('forgets here at once and elsewhere soon, in every version', async () => {
      const [one, other] = await openPair();
      let value = 'old';
      const ask = (cache: Cache, version = 1) => cache.remember({ key: 'a', version }, async () => value);
      expect([await ask(one), await ask(other), await ask(one, 2)]).toEqual(['old', 'old', 'old']);
      value = 'new';
      expect(await ask(one, 2)).toBe('old');
      await one.forget({ key: 'a' });
      expect([await ask(one), await ask(one, 2)]).toEqual(['new', 'new']);
      await until(async () => (await ask(other)) === 'new');
    });

    it('forgets by tag and by pattern, and nothing else', async () => {
      const [one, other] = await openPair();
      const find = counting(() => 'value');
      const all = [
        { key: 'list/1', version: 1, tags: ['ann', 'work'] },
        { key: 'list/2', version: 1, tags: ['bob'] },
        { key: 'name/1', version: 1, tags: ['ann'] },
        { key: 'name/2', version: 1 },
      ];
      const askedAgain = async (cache: Cache): Promise<string[]> => {
        const again: string[] = [];
        for (const kept of all) {
          const before = find.asked;
          await cache.remember(kept, find);
          if (find.asked > before) again.push(kept.key);
        }
        return again;
      };
      expect(await askedAgain(one)).toEqual(['list/1', 'list/2', 'name/1', 'name/2']);
      await askedAgain(other);
      await one.forgetTagged('ann');
      expect(await askedAgain(one)).toEqual(['list/1', 'name/1']);
      await one.forgetLike('list/*');
      expect(await askedAgain(one)).toEqual(['list/1', 'list/2']);
      await one.forgetLike('nam');
      expect(await askedAgain(one)).toEqual([]);
    });

    it.each<[string, (cache: Cache) => Promise<void>]>([
      ['key', (cache) => cache.forget({ key: 'a', tags: ['t'] })],
      ['tag', (cache) => cache.forgetTagged('t')],
      ['pattern', (cache) => cache.forgetLike('a*')],
    ])('keeps nothing of a reading that was under way when it was forgotten by %s', async (_, forget) => {
      const [one, other] = await openPair();
      const kept = { key: 'a', version: 1, tags: ['t'] };
      const [began, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const early = other.remember(kept, async () => {
        began.resolve();
        await end.promise;
        return 'old';
      });
      await began.promise;
      await forget(one);
      const late = one.remember(kept, async () => 'new');
      end.resolve();
      expect([await early, await late]).toEqual(['old', 'new']);
      await until(async () => (await other.remember(kept, async () => 'new')) === 'new');
      expect(await one.remember(kept, async () => 'not asked')).toBe('new');
    });

    it('keeps nothing old, at whatever moment of a reading it is forgotten', async () => {
      const [one] = await openPair();
      for (let moment = 0; moment < 60; moment += 1) {
        const kept = { key: `a/${moment}`, version: 1 };
        const early = one.remember(kept, async () => 'old');
        for (let turn = 0; turn < moment; turn += 1) await null;
        const forgotten = one.forget(kept);
        const late = one.remember(kept, async () => 'new');
        await forgotten;
        expect([await early, await late, await one.remember(kept, async () => 'new')]).toEqual(['old', 'new', 'new']);
      }
    });

    it.each([
      ['its time', { seconds: 0.3 }, {}],
      ['the time that all have', {}, { CACHE_TTL_SECONDS: 0.3 }],
    ])('ends with %s, in both tiers', async (_, own, settings) => {
      const [one, other] = await openPair(settings);
      let value = 'old';
      const ask = (cache: Cache) => cache.remember({ key: 'a', version: 1, ...own }, async () => value);
      await Promise.all([ask(one), ask(other)]);
      value = 'new';
      const began = performance.now();
      await until(async () => (await ask(one)) === 'new' && (await ask(other)) === 'new');
      expect(performance.now() - began).toBeLessThan(1_000);
    });

    it('serves past its time only while the database is away, and only what was not forgotten', async () => {
      const [one] = await openPair();
      const kept = { key: 'a', version: 1, seconds: 0.05, graceSeconds: 60 };
      const away = counting((): string => {
        throw DATABASE_AWAY;
      });
      await one.remember(kept, async () => 'value');
      await until(async () => (await one.remember(kept, away)) === 'value' && away.asked > 0);
      await expect(one.remember({ ...kept, key: 'b', graceSeconds: 0 }, away)).rejects.toBe(DATABASE_AWAY);
      await one.forget(kept);
      await expect(one.remember(kept, away)).rejects.toBe(DATABASE_AWAY);
    });

    it('stays within its bounds', async () => {
      const [one] = await openPair({ CACHE_MEMORY_ENTRIES: 10, CACHE_MEMORY_MEGABYTES: 0.1 });
      for (let i = 0; i < 50; i += 1) await one.remember({ key: `small/${i}`, version: 1 }, async () => i);
      expect((await one.statistics()).memory.entries).toBe(10);
      for (let i = 0; i < 20; i += 1)
        await one.remember({ key: `big/${i}`, version: 1 }, async () => 'x'.repeat(20_000));
      const { entries, bytes, maxBytes } = (await one.statistics()).memory;
      expect([entries > 0, bytes > 20_000, bytes <= maxBytes]).toEqual([true, true, true]);
    });

    it('refuses names that mean something else', async () => {
      const [one] = await openPair();
      for (const key of ['', 'a*', 'a@1', 'a#b', 'a b'])
        await expect(one.remember({ key, version: 1 }, async () => 1)).rejects.toThrow('name');
    });
  });
};

cacheContract('memory', async (settings) => {
  const one = await open(await MemoryEngine.open(), settings);
  return [one, one];
});

describe('with a Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  beforeEach(() => server.command('flushall'));
  afterAll(() => server.close());

  const openReplica = async (settings?: Partial<CacheSettings>) =>
    open(await RedisEngine.open(`${server.url}/1`), settings);
  cacheContract('memory and Redis', async (settings) => [await openReplica(settings), await openReplica(settings)]);

  it('finds what another replica has found, for 300 seconds, and tells how it went', async () => {
    const [one, other] = [await openReplica(), await openReplica()];
    const find = counting(() => 'value');
    await one.remember({ key: 'a', version: 1 }, find);
    await other.remember({ key: 'a', version: 1 }, find);
    await other.remember({ key: 'a', version: 1 }, find);
    expect(find.asked).toBe(1);
    const left = Number(await server.command('-n', '1', 'pttl', 'chatbox:1:cache:a'));
    expect(left > 290_000 && left <= 300_000).toBe(true);
    expect(await other.statistics()).toMatchObject({
      memory: { entries: 1, hits: 1, misses: 1 },
      shared: { status: 'up', hits: 1, misses: 0, clients: expect.any(Number), bytes: expect.any(Number), keys: 3 },
    });
  });

  it('looks for patterns and tags among what it keeps, by the SCAN of a list, and never at what else is in the database', async () => {
    const one = await openReplica();
    for (const key of ['a/1', 'a/2', 'b/1']) await one.remember({ key, version: 1, tags: ['t'] }, async () => key);
    await server.command('-n', '1', 'set', 'somebody:a/1', 'else');
    await until(async () => (await server.command('-n', '1', 'zcard', 'chatbox:1:cache-list')) === '3');
    await server.command('config', 'resetstat');
    await one.forgetLike('a/*');
    const left = async () => (await server.command('-n', '1', '--scan', '--pattern', '*/*')).split('\n').toSorted();
    expect(await left()).toEqual(['chatbox:1:cache:b/1#t#', 'somebody:a/1']);
    await one.forgetTagged('t');
    expect(await server.command('-n', '1', 'zcard', 'chatbox:1:cache-list')).toBe('0');
    const used = await server.command('info', 'commandstats');
    expect([/cmdstat_zscan:calls=3/.test(used), /cmdstat_keys:/.test(used)]).toEqual([true, false]);
  });

  it('believes nothing that is not in the list, as after Redis has dropped that alone', async () => {
    const one = await openReplica();
    await one.remember({ key: 'a', version: 1, tags: ['t'] }, async () => 'old');
    await until(async () => (await server.command('-n', '1', 'zcard', 'chatbox:1:cache-list')) === '1');
    await server.command('-n', '1', 'del', 'chatbox:1:cache-list');
    await one.forgetTagged('t');
    const later = await openReplica();
    expect(await later.remember({ key: 'a', version: 1, tags: ['t'] }, async () => 'new')).toBe('new');
  });

  it('keeps nothing for others that was read before it was forgotten, also by a replica that hears nothing', async () => {
    const deafEngine = await RedisEngine.open(`${server.url}/1`);
    const deaf = await open(
      Object.assign(Object.create(deafEngine) as RedisEngine, {
        bus: { isLive: true, gaps: 0, publish: async () => 0, subscribe: async () => async () => {} },
        close: () => deafEngine.close(),
      }),
    );
    const one = await openReplica();
    const [began, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const early = deaf.remember({ key: 'a', version: 1 }, async () => {
      began.resolve();
      await end.promise;
      return 'old';
    });
    await began.promise;
    await one.forget({ key: 'a' });
    end.resolve();
    expect(await early).toBe('old');
    expect(await one.remember({ key: 'a', version: 1 }, async () => 'new')).toBe('new');
  });

  it('lets go of its memory when it may have missed a hint', async () => {
    const [one, other] = [await openReplica(), await openReplica()];
    for (const cache of [one, other]) await cache.remember({ key: 'a', version: 1 }, async () => 'old');
    await server.command('client', 'kill', 'type', 'pubsub');
    await one.forget({ key: 'a' });
    await until(async () => (await other.remember({ key: 'a', version: 1 }, async () => 'new')) === 'new');
  });

  it('goes on without Redis, and uses nothing afterwards that had to be forgotten meanwhile', async () => {
    const [one, other] = [await openReplica(), await openReplica()];
    const kept = { key: 'a', version: 1 };
    for (const cache of [one, other]) await cache.remember(kept, async () => 'old');
    server.freeze();
    try {
      await one.forget(kept);
      expect(await one.remember(kept, async () => 'new')).toBe('new');
      const began = performance.now();
      await until(async () => (await other.remember(kept, async () => 'new')) === 'new');
      // Two seconds until a silent connection is given up, and one for which a memory is believed.
      expect(performance.now() - began).toBeLessThan(5_000);
    } finally {
      server.thaw();
    }
    await until(async () => (await one.statistics()).shared?.status === 'up');
    await until(
      async () => (await server.command('-n', '1', 'hget', 'chatbox:1:cache:a', '1')).includes('old') === false,
    );
    for (const cache of [one, other]) expect(await cache.remember(kept, async () => 'new')).toBe('new');
  });

  it('is as quick as without it while it is dead', async () => {
    const one = await openReplica();
    await server.kill();
    try {
      const began = performance.now();
      for (let i = 0; i < 100; i += 1) {
        expect(await one.remember({ key: `a/${i}`, version: 1 }, async () => i)).toBe(i);
        await one.forget({ key: `a/${i}` });
      }
      expect(performance.now() - began).toBeLessThan(1_500);
      expect((await one.statistics()).shared).toMatchObject({ status: 'away', clients: null });
    } finally {
      await server.again();
    }
  });
});
