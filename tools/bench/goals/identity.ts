import { join } from 'node:path';
import { newKey } from '../../../apps/api/src/auth/keys/key-text.ts';
import { cpuOf } from '../cpu.ts';
import { type Answered, hammer, pace, type Question } from '../hammer.ts';
import { interleave } from '../interleave.ts';
import type { Lab } from '../lab.ts';
import { type Product, ROOT } from '../product.ts';
import type { Row } from '../report.ts';
import { committed } from '../transactions.ts';

const CONNECTIONS = 32;
const ME = '/api/v1/auth/me';
/** Somebody at work, beside which the rest happens. */
const GOOD_PER_SECOND = 50;
/** A flood that one process withstands; a larger one takes the processor from everybody, which no check of keys can help. */
const FLOOD_PER_SECOND = 1000;
const LOGINS = 50;

const withToken = (token: string): Question => ({ path: ME, headers: { authorization: `Bearer ${token}` } });
/** Well-formed, with a right checksum: only the list of prefixes tells that nobody was given it. */
const badKeys = (): (() => Question) => {
  const keys = Array.from({ length: 1000 }, () => withToken(newKey().key));
  let next = 0;
  return () => keys[next++ % keys.length] ?? withToken('');
};

const only = (status: number, answered: Answered): Answered => {
  if ([...answered.statuses.keys()].some((seen) => seen !== status))
    throw new Error(`answered ${JSON.stringify([...answered.statuses])} instead of ${status}`);
  return answered;
};
const secondsOf = (lab: Lab): number => (lab.short ? 2 : 5);
const column = <T>(rounds: T[] | undefined, read: (round: T) => number): number[] => (rounds ?? []).map(read);

/** P6: keys that nobody was given, in a flood, beside the least that a server of HTTP can do; and somebody at work beside a flood. */
export const badKeyFlood = async (lab: Lab): Promise<Row[]> => {
  const product = await lab.product();
  const raw = await lab.serve(join(ROOT, 'tools/bench/baselines/raw-http.ts'), []);
  const seconds = secondsOf(lab);
  const flood = badKeys();
  const contenders = [
    { name: 'raw http', url: raw.url, pid: raw.pid },
    { name: 'bad keys', url: product.url, pid: product.pid },
  ];
  const say = (line: string): void => lab.say(`P6: ${line}`);
  const queries: number[] = [];
  const rates = await interleave(contenders, lab.rounds, say, async ({ name, url, pid }) => {
    const [before, cpu] = [await committed(product), cpuOf(pid)];
    const { perSecond, count } = only(401, await hammer(url, { connections: CONNECTIONS, seconds }, flood));
    const each = ((cpuOf(pid) - cpu) * 1000) / count;
    const during = (await committed(product)) - before;
    if (name === 'bad keys') queries.push((during * 1000) / count);
    return { perSecond, each };
  });
  const [token = ''] = await product.people(1);
  const good = () => pace(product.url, { perSecond: GOOD_PER_SECOND, seconds }, () => withToken(token));
  const settings = [
    { name: 'no flood', beside: async () => undefined },
    {
      name: 'flood',
      beside: async () => void only(401, await pace(product.url, { perSecond: FLOOD_PER_SECOND, seconds }, flood)),
    },
  ];
  const times = await interleave(settings, lab.rounds, say, async ({ beside }) => {
    const [answered] = await Promise.all([good(), beside()]);
    return only(200, answered).p99;
  });
  return [
    {
      goal: 'P6',
      what: `keys that nobody was given, ${CONNECTIONS} connections`,
      unit: '/s',
      ours: column(rates.get('bad keys'), ({ perSecond }) => perSecond),
      baseline: { name: 'raw http', values: column(rates.get('raw http'), ({ perSecond }) => perSecond) },
      limit: { kind: 'times', least: 0.35 },
    },
    {
      goal: 'P6',
      what: 'processor time of one, in the process itself',
      unit: 'µs',
      ours: column(rates.get('bad keys'), ({ each }) => each),
      baseline: { name: 'raw http', values: column(rates.get('raw http'), ({ each }) => each) },
      limit: { kind: 'times', most: 2.86 },
    },
    {
      goal: 'P6',
      what: 'transactions of the database for 1,000 of them, its own rest included',
      unit: '',
      ours: queries.slice(1),
      baseline: undefined,
      limit: { kind: 'self', most: 5 },
    },
    {
      goal: 'P6',
      what: `GET by somebody known beside ${FLOOD_PER_SECOND} bad keys a second, p99`,
      unit: 'ms',
      ours: times.get('flood') ?? [],
      baseline: { name: 'no flood', values: times.get('no flood') ?? [] },
      limit: { kind: 'times', most: 1.5 },
    },
  ];
};

/** P7: what identity, limits and telemetry cost a request whose answer costs nothing. */
export const knownGet = async (lab: Lab): Promise<Row[]> => {
  const product = await lab.product();
  const nest = await lab.serve(join(ROOT, 'tools/bench/baselines/nest.mjs'), []);
  const [token = ''] = await product.people(1);
  const seconds = secondsOf(lab);
  const contenders = [
    { name: 'Nest', url: nest.url, pid: nest.pid, question: { path: '/hello' } },
    { name: 'profile', url: product.url, pid: product.pid, question: withToken(token) },
  ];
  const rates = await interleave(
    contenders,
    lab.rounds,
    (line) => lab.say(`P7: ${line}`),
    async ({ url, pid, question }) => {
      const cpu = cpuOf(pid);
      const { perSecond, count } = only(200, await hammer(url, { connections: CONNECTIONS, seconds }, () => question));
      return { perSecond, each: ((cpuOf(pid) - cpu) * 1000) / count };
    },
  );
  return [
    {
      goal: 'P7',
      what: `GET of the own profile with a token, ${CONNECTIONS} connections`,
      unit: '/s',
      ours: column(rates.get('profile'), ({ perSecond }) => perSecond),
      baseline: { name: 'Nest', values: column(rates.get('Nest'), ({ perSecond }) => perSecond) },
      limit: { kind: 'times', least: 0.5 },
    },
    {
      goal: 'P7',
      what: 'processor time of one, in the process itself',
      unit: 'µs',
      ours: column(rates.get('profile'), ({ each }) => each),
      baseline: { name: 'Nest', values: column(rates.get('Nest'), ({ each }) => each) },
      limit: { kind: 'times', most: 2 },
    },
  ];
};

interface Beside {
  p99: number;
  /** Of the event loop, in milliseconds. */
  lag: number;
}

/** P11: sign-ins, each of which hashes a password, beside somebody at work. */
export const logins = async (lab: Lab): Promise<Row[]> => {
  const product = await lab.product();
  const seconds = secondsOf(lab);
  const [token = ''] = await product.people(1);
  const email = () => `${crypto.randomUUID()}@example.com`;
  const people = Array.from({ length: LOGINS }, () => ({
    email: email(),
    password: 'a long phrase for the benchmark',
  }));
  for (const person of people) await product.call('POST', '/api/v1/auth/register', undefined, person);
  const settings = [
    { name: 'idle', beside: async () => undefined },
    { name: 'logins', beside: (until: number) => Promise.all(people.map((person) => again(product, person, until))) },
  ];
  const rounds = await interleave(
    settings,
    lab.rounds,
    (line) => lab.say(`P11: ${line}`),
    async ({ beside }) => {
      await lagOf(product);
      const until = performance.now() + seconds * 1000;
      const good = pace(product.url, { perSecond: GOOD_PER_SECOND, seconds }, () => withToken(token));
      const [answered] = await Promise.all([good, beside(until)]);
      return { p99: only(200, answered).p99, lag: await lagOf(product) } satisfies Beside;
    },
  );
  return [
    {
      goal: 'P11',
      what: `GET by somebody known beside ${LOGINS} sign-ins at once, p99`,
      unit: 'ms',
      ours: column(rounds.get('logins'), ({ p99 }) => p99),
      baseline: { name: 'idle', values: column(rounds.get('idle'), ({ p99 }) => p99) },
      limit: { kind: 'times', most: 1.3 },
    },
    {
      goal: 'P11',
      what: 'delay of the event loop meanwhile, p99',
      unit: 'ms',
      ours: column(rounds.get('logins'), ({ lag }) => lag),
      baseline: undefined,
      limit: { kind: 'self', most: 20 },
    },
  ];
};

const again = async (product: Product, person: object, until: number): Promise<void> => {
  do await product.call('POST', '/api/v1/auth/login', undefined, person);
  while (performance.now() < until);
};

/** What prom-client's measure of the event loop has in it besides: the time between two of its looks. */
const LOOK_MILLISECONDS = 50;

/** Since it was asked last; what prom-client measures begins anew with each look. */
const lagOf = async (product: Product): Promise<number> => {
  const text = await (await fetch(`${product.url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1]) * 1000 - LOOK_MILLISECONDS;
};
