import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, RedisServer } from '../../../tools/test/redis.ts';
import { engineContract } from './contract.ts';
import { RedisEngine } from './redis-engine.ts';

const run = promisify(execFile);
const RUNNER = {
  describe,
  it,
  equal: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
};

const opened: { close(): Promise<void> }[] = [];
const open = async (url: string, watch?: Parameters<typeof RedisEngine.open>[1]): Promise<RedisEngine> => {
  const engine = await RedisEngine.open(url, watch);
  opened.push(engine);
  return engine;
};
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** Publishes until one arrives, as life goes on while Redis heals. */
async function untilCarried(from: RedisEngine, to: RedisEngine, topic: string): Promise<number> {
  const began = performance.now();
  let arrived = false;
  const leave = await to.bus.subscribe(topic, () => {
    arrived = true;
  });
  while (!arrived) {
    if (performance.now() - began > 20_000) throw new Error('no hint arrives any more');
    await from.bus.publish(topic, 'still there?').catch(() => undefined);
    await pause(20);
  }
  await leave();
  return performance.now() - began;
}

async function untilCounted(engine: RedisEngine): Promise<number> {
  for (;;) {
    const spent = await engine.limits.spend('key', 60).catch(() => undefined);
    if (spent) return spent.points;
    await pause(20);
  }
}

describe('with a Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start({
      lines: ['requirepass a-secret-of-the-test'],
      access: ['-a', 'a-secret-of-the-test'],
    });
  });
  beforeEach(() => server.command('flushall'));
  afterAll(() => server.close());
  const url = () => `redis://:a-secret-of-the-test@127.0.0.1:${server.port}/1`;

  engineContract('redis', async () => [await RedisEngine.open(url()), await RedisEngine.open(url())], RUNNER);

  it('names every process differently', async () => {
    const [one, other] = [await open(url()), await open(url())];
    expect(one.nodeId).not.toBe(other.nodeId);
  });

  it('keeps installations apart that share a Redis and not a database', async () => {
    const [mine, theirs] = [await open(url()), await open(url().replace(/1$/, '2'))];
    const seen: string[] = [];
    await theirs.bus.subscribe('a', (hint) => seen.push(`theirs ${hint}`));
    await mine.bus.subscribe('a', (hint) => seen.push(`mine ${hint}`));
    await theirs.bus.publish('a', '1');
    await mine.bus.publish('a', '2');
    await mine.limits.spend('a', 60);
    expect(await theirs.limits.read('a')).toBeNull();
    while (seen.length < 2) await pause(5);
    expect(seen.toSorted()).toEqual(['mine 2', 'theirs 1']);
  });

  it('fails at once while Redis is dead, says so once, and goes on by itself when it is back', async () => {
    const said: string[] = [];
    const watch = { away: (reason: string) => said.push(`away: ${reason}`), back: () => said.push('back') };
    const [one, other] = [await open(url(), watch), await open(url())];
    const seen: string[] = [];
    await other.bus.subscribe('kept', (hint) => seen.push(hint));
    await one.bus.publish('kept', 'before');
    while (seen.length === 0) await pause(5);
    const { gaps } = other.bus;
    await server.kill();
    while (one.bus.isLive || other.bus.isLive) await pause(5);
    const began = performance.now();
    for (let i = 0; i < 50; i += 1) {
      await expect(one.bus.publish('kept', 'a text of somebody')).rejects.toMatchObject({ name: 'RedisAway' });
      await expect(one.limits.spend('key', 60)).rejects.toMatchObject({ name: 'RedisAway' });
    }
    expect(performance.now() - began).toBeLessThan(1_000);
    const leave = await other.bus.subscribe('new while it was away', () => undefined);
    await leave();
    await server.again();
    await untilCarried(one, other, 'another');
    // That one topic is carried again does not say that every other one is.
    while (!seen.includes('after')) {
      await one.bus.publish('kept', 'after');
      await pause(5);
    }
    expect([...new Set(seen)]).toEqual(['before', 'after']);
    expect(other.bus.gaps).toBeGreaterThan(gaps);
    while (said.length < 2) await pause(5);
    expect(said).toEqual([expect.stringMatching(/^away: /), 'back']);
    expect(said.join()).not.toMatch(/secret|somebody/);
    expect(await untilCounted(one)).toBe(1);
  });

  it('gives up a Redis that hangs, within three seconds, and comes back to it', async () => {
    const [one, other] = [await open(url()), await open(url())];
    await untilCarried(one, other, 'a');
    server.freeze();
    try {
      const began = performance.now();
      await expect(one.limits.spend('key', 60)).rejects.toMatchObject({ name: 'RedisAway' });
      expect(performance.now() - began).toBeLessThan(1_500);
      while (other.bus.isLive) await pause(5);
      expect(performance.now() - began).toBeLessThan(4_000);
    } finally {
      server.thaw();
    }
    await untilCarried(one, other, 'a');
  });

  it('survives a pause of all clients, the loss of all keys and of all scripts, and a connection that is cut', async () => {
    const [one, other] = [await open(url()), await open(url())];
    expect((await one.limits.spend('key', 60)).points).toBe(1);
    await server.command('client', 'pause', '700', 'all');
    expect((await one.limits.spend('key', 60)).points).toBe(2);
    await server.command('flushall');
    await server.command('script', 'flush');
    expect((await one.limits.spend('key', 60)).points).toBe(1);
    await server.command('client', 'kill', 'type', 'pubsub');
    await untilCarried(one, other, 'a');
  });

  it('opens without Redis, and without the right password, and says why in words', async () => {
    const said: string[] = [];
    const watch = { away: (reason: string) => said.push(reason), back: () => undefined };
    const [nowhere, refused] = [
      await open(`redis://127.0.0.1:${await freePort()}`, watch),
      await open(`redis://:wrong-secret@127.0.0.1:${server.port}`, watch),
    ];
    for (const engine of [nowhere, refused]) {
      await engine.bus.subscribe('a', () => undefined);
      await expect(engine.bus.publish('a', '1')).rejects.toMatchObject({ name: 'RedisAway' });
    }
    expect(said).toEqual([expect.stringContaining('ECONNREFUSED'), expect.stringMatching(/NOAUTH|WRONGPASS/)]);
    expect(said.join()).not.toContain('wrong-secret');
  });
});

describe('with TLS', () => {
  it('is carried over a certificate of an authority of one’s own, and by no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chatbox-tls-'));
    opened.push({ close: () => rm(folder, { recursive: true, force: true }) });
    const [key, certificate, ca, caKey] = ['key.pem', 'cert.pem', 'ca.pem', 'ca-key.pem'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    const openssl = (...words: string[]) => run('openssl', words);
    const made = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '1'];
    await openssl('req', '-x509', ...made, '-subj', '/CN=test authority', '-keyout', caKey, '-out', ca);
    await openssl(
      'req',
      '-x509',
      ...made,
      '-subj',
      '/CN=redis',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-addext',
      'basicConstraints=critical,CA:false',
      '-CA',
      ca,
      '-CAkey',
      caKey,
      '-keyout',
      key,
      '-out',
      certificate,
    );
    const port = await freePort();
    const server = await RedisServer.start({
      port,
      lines: [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${certificate}`,
        `tls-key-file ${key}`,
        `tls-ca-cert-file ${ca}`,
        'tls-auth-clients no',
      ],
      access: ['--tls', '--cacert', ca],
    });
    opened.push(server);
    const url = `rediss://127.0.0.1:${port}`;
    const [one, other] = [await open(`${url}?ca=${ca}`), await open(`${url}?ca=${ca}`)];
    await untilCarried(one, other, 'a');
    expect((await one.limits.spend('key', 60)).points).toBe(1);
    const stranger = await open(url);
    await expect(stranger.limits.spend('key', 60)).rejects.toMatchObject({ name: 'RedisAway' });
  });
});

describe('with Sentinel', () => {
  it('follows the primary when it dies and another takes its place', async () => {
    const primary = await RedisServer.start();
    opened.push(primary);
    const replica = await RedisServer.start({ lines: [`replicaof 127.0.0.1 ${primary.port}`] });
    opened.push(replica);
    while (!(await replica.command('info', 'replication')).includes('master_link_status:up')) await pause(50);
    const lines = [
      `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 2000',
    ];
    const sentinel = await RedisServer.sentinel({ lines });
    opened.push(sentinel);
    while (!(await sentinel.command('sentinel', 'replicas', 'main')).includes(`127.0.0.1:${replica.port}`))
      await pause(50);
    const nobody = await freePort();
    const url = `redis+sentinel://127.0.0.1:${nobody},127.0.0.1:${sentinel.port}/main`;
    const [one, other] = [await open(url), await open(url)];
    const seen: string[] = [];
    await other.bus.subscribe('kept', (hint) => seen.push(hint));
    await untilCarried(one, other, 'a');
    await primary.kill();
    // The sentinel cuts off everybody who is connected at the moment of the promotion.
    const role = () => replica.command('info', 'replication').catch(() => 'role:slave');
    while ((await role()).includes('role:slave')) await pause(50);
    await untilCarried(one, other, 'a');
    await one.bus.publish('kept', 'after');
    while (seen.length === 0) await pause(5);
    expect(await untilCounted(other)).toBe(1);
  }, 60_000);
});
