import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { cpuOf } from '../cpu.ts';
import { hammer } from '../hammer.ts';
import { interleave } from '../interleave.ts';
import type { Lab } from '../lab.ts';
import { inTurns, Product, ROOT } from '../product.ts';
import type { Limit, Row } from '../report.ts';
import { Seat } from '../seat.ts';
import { contentOf, type Wish } from '../stream.ts';

const CONNECTIONS = 16;
/** Seconds of work until V8 has compiled what is measured; before, whoever has more code is the slower one. */
const WARM_UP_SECONDS = 6;
const WARM_UP_TURNS = 3;
/** Spans are sent two seconds after they ended. */
const AFTERMATH_MILLISECONDS = 2_200;
/** What Prometheus is told in most installations. */
const LOOK_EVERY_MILLISECONDS = 15_000;
const METRICS: Limit = { kind: 'times', most: 1.05 };
const TRACES: Limit = { kind: 'times', most: 1.15 };

interface Contender {
  name: string;
  product: Product;
  token: string;
  seats: Seat[];
}

/**
 * TELEMETRY: what watching costs whoever is watched: the same API three times, with no figures at all, with figures that are read now and
 * then, and with traces of a tenth besides. Processor time of the API alone, so that the database's share hides nothing.
 */
export const telemetry = async (lab: Lab): Promise<Row[]> => {
  const sink = await lab.serve(join(ROOT, 'tools/bench/baselines/sink.ts'), []);
  const upstream = await lab.upstream();
  const settings = {
    'nobody watches': { MONITORING_SERVICE: 'none' },
    figures: {},
    'figures and traces': { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, TRACE_SAMPLE_RATIO: '0.1' },
  };
  const atOnce = lab.short ? 25 : 50;
  const contenders: Contender[] = [];
  try {
    for (const [name, environment] of Object.entries(settings)) {
      lab.say(`TELEMETRY: starting the API: ${name}`);
      const product = await Product.start({ upstream, environment });
      const contender: Contender = { name, product, token: '', seats: [] };
      contenders.push(contender);
      const tokens = await product.people(atOnce);
      contender.token = tokens[0] ?? '';
      contender.seats = await inTurns(atOnce, async (index) => {
        const token = tokens[index] ?? '';
        return Seat.take(product, token, await product.conversation(token));
      });
    }
    return [...(await requests(lab, contenders)), ...(await streams(lab, contenders)), ...(await readings(lab))];
  } finally {
    for (const { product, seats } of contenders) {
      for (const seat of seats) seat.leave();
      await product.stop();
    }
  }
};

/** Differences of a hundredth drown in what a machine does besides: many turns, so that all have the same of it. */
const requests = async (lab: Lab, contenders: Contender[]): Promise<Row[]> => {
  const ask = async ({ product, token }: Contender, seconds: number): Promise<number> => {
    const question = () => ({ path: '/api/v1/auth/me', headers: { authorization: `Bearer ${token}` } });
    return (await hammer(product.url, { connections: CONNECTIONS, seconds }, question)).count / 1000;
  };
  for (const contender of contenders) await ask(contender, lab.short ? 1 : WARM_UP_SECONDS);
  const times = await interleave(
    contenders,
    lab.rounds * 2,
    sayer(lab, 'requests'),
    perTurn((contender) => ask(contender, lab.short ? 0.5 : 2.5)),
  );
  return compared(`GET of the own profile, ${CONNECTIONS} connections, processor time of one`, 'µs', times);
};

const streams = async (lab: Lab, contenders: Contender[]): Promise<Row[]> => {
  const wish: Wish = { tokens: 200, delayMilliseconds: 10 };
  const stream = async ({ seats }: Contender): Promise<number> => {
    await Promise.all(seats.map((seat, index) => seat.stream(contentOf(index, wish), wish)));
    return seats.length;
  };
  for (let turn = 0; turn < (lab.short ? 1 : WARM_UP_TURNS); turn += 1)
    for (const contender of contenders) await stream(contender);
  const times = await interleave(contenders, lab.rounds * 2, sayer(lab, 'streams'), perTurn(stream));
  const [{ seats } = { seats: [] }] = contenders;
  return compared(`stream of 200 tokens, ${seats.length} at once, processor time of one`, 'ms', times);
};

/**
 * Processor time for each thing done. What comes after the last byte, such as a batch of spans on its way, counts too; so does a look at
 * the figures now and then.
 */
const perTurn = (work: (contender: Contender) => Promise<number>) => {
  const looks = new Map<string, number>();
  return async (contender: Contender): Promise<number> => {
    const { name, product } = contender;
    const before = cpuOf(product.pid);
    const done = await work(contender);
    if (performance.now() - (looks.get(name) ?? Number.NEGATIVE_INFINITY) > LOOK_EVERY_MILLISECONDS) {
      looks.set(name, performance.now());
      await readFigures(product);
    }
    await pause(AFTERMATH_MILLISECONDS);
    return (cpuOf(product.pid) - before) / done;
  };
};

/** As Prometheus does; where there are no figures it is told so. */
const readFigures = async ({ url }: Product): Promise<void> => {
  const answer = await fetch(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
  await answer.text();
};

const sayer =
  (lab: Lab, what: string) =>
  (line: string): void =>
    lab.say(`TELEMETRY, ${what}: ${line}`);

const compared = (what: string, unit: string, times: Map<string, number[]>): Row[] => {
  const baseline = { name: 'nobody watches', values: times.get('nobody watches') ?? [] };
  return [
    { goal: 'TELEMETRY', what: `${what}: figures`, unit, ours: times.get('figures') ?? [], baseline, limit: METRICS },
    {
      goal: 'TELEMETRY',
      what: `${what}: figures and traces of a tenth`,
      unit,
      ours: times.get('figures and traces') ?? [],
      baseline,
      limit: TRACES,
    },
  ];
};

interface Figures {
  recordHttpRequest(method: string, path: string, status: number, seconds: number): void;
  getMetrics(format: 'openmetrics'): Promise<string>;
  close(): void;
}
const SERIES = 2_000;
const READINGS = 100;
const zipped = promisify(gzip);

/** The text of so many series, as Prometheus prefers it, made and compressed as for a scraper: in this process, where nothing else is counted. */
const readings = async (lab: Lab): Promise<Row[]> => {
  const { Metrics } = (await import(join(ROOT, 'apps/api/dist/metrics/metrics.js'))) as {
    Metrics: new (settings: { MONITORING_SERVICE: string; DATA_DIR: string }) => Figures;
  };
  const metrics = new Metrics({ MONITORING_SERVICE: 'prometheus', DATA_DIR: '.' });
  const lines = async () =>
    (await metrics.getMetrics('openmetrics')).split('\n').filter((line) => /^\w/.test(line)).length;
  for (let route = 0; (await lines()) < SERIES; route += 1)
    metrics.recordHttpRequest('GET', `/api/v1/things-${route}/:id`, 200, 0.01);
  const times: number[] = [];
  for (let round = 0; round <= lab.rounds; round += 1) {
    const before = process.cpuUsage();
    for (let reading = 0; reading < READINGS; reading += 1)
      await zipped(await metrics.getMetrics('openmetrics'), { level: constants.Z_BEST_SPEED });
    const { user, system } = process.cpuUsage(before);
    if (round > 0) times.push((user + system) / 1000 / READINGS);
  }
  metrics.close();
  return [
    {
      goal: 'TELEMETRY',
      what: `/metrics of ${SERIES} series, compressed, processor time of one`,
      unit: 'ms',
      ours: times,
      baseline: undefined,
      limit: { kind: 'self', most: 5 },
    },
  ];
};
