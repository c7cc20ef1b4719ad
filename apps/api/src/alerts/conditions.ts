import type { AlertKind, AlertSeverity } from '@chatbox/contracts';
import type { Reading } from './reading.ts';

export interface Finding {
  readonly kind: AlertKind;
  /** The replica or connection it is about; empty where it is about the whole. */
  readonly subject: string;
  readonly severity: AlertSeverity;
  /** Figures for the sentence that a person reads. */
  readonly details: Readonly<Record<string, number>>;
}

export interface NodeReading {
  readonly nodeId: string;
  readonly reading: Reading;
}

/** Of few requests a share says little. */
const FEWEST_REQUESTS = 20;
const FAILED_SHARE = { warning: 0.05, critical: 0.1 };
const MOST_WAITING = 5;
const FEWEST_PROVIDER_ERRORS = 3;
const PROVIDER_SHARE = 0.5;
const FREE_SHARE = { warning: 0.1, critical: 0.05 };
const FEWEST_FLUSHES = 20;
/** Of a hundred flushes one may be slow. */
const SLOW_SHARE = 0.01;

const total = (readings: readonly NodeReading[], of: (reading: Reading) => number): number =>
  readings.reduce((sum, { reading }) => sum + of(reading), 0);

/** What is wrong, by what the replicas that are there have counted. */
export const findingsOf = (readings: readonly NodeReading[]): Finding[] => [
  ...errorRate(readings),
  ...poolWaiting(readings),
  ...providersFailing(readings),
  ...diskFilling(readings),
  ...streamsLost(readings),
  ...journalSlow(readings),
  ...standbyAway(readings),
  ...hintsAway(readings),
];

const errorRate = (readings: readonly NodeReading[]): Finding[] => {
  const all = total(readings, ({ requests }) => requests.all);
  const share = total(readings, ({ requests }) => requests.failed) / all;
  if (all < FEWEST_REQUESTS || share < FAILED_SHARE.warning) return [];
  const severity = share < FAILED_SHARE.critical ? 'warning' : 'critical';
  return [{ kind: 'error_rate', subject: '', severity, details: { share } }];
};

const poolWaiting = (readings: readonly NodeReading[]): Finding[] =>
  readings
    .filter(({ reading: { pool } }) => pool.waiting > MOST_WAITING || pool.saturated > 0)
    .map(({ nodeId, reading: { pool } }) => ({
      kind: 'pool_waiting',
      subject: nodeId,
      severity: 'warning',
      details: { waiting: pool.waiting },
    }));

const providersFailing = (readings: readonly NodeReading[]): Finding[] => {
  const names = new Set(readings.flatMap(({ reading }) => Object.keys(reading.providers)));
  return [...names].flatMap((subject): Finding[] => {
    const failed = total(readings, ({ providers }) => providers[subject]?.failed ?? 0);
    const answered = total(readings, ({ providers }) => providers[subject]?.answered ?? 0);
    if (failed < FEWEST_PROVIDER_ERRORS || failed / (failed + answered) < PROVIDER_SHARE) return [];
    const severity = answered === 0 ? 'critical' : 'warning';
    return [{ kind: 'provider_failing', subject, severity, details: { failed, answered } }];
  });
};

const diskFilling = (readings: readonly NodeReading[]): Finding[] =>
  readings.flatMap(({ nodeId, reading: { diskFree } }): Finding[] => {
    if (diskFree === null || diskFree >= FREE_SHARE.warning) return [];
    const severity = diskFree < FREE_SHARE.critical ? 'critical' : 'warning';
    return [{ kind: 'disk_filling', subject: nodeId, severity, details: { free: diskFree } }];
  });

const streamsLost = (readings: readonly NodeReading[]): Finding[] => {
  const lost = total(readings, (reading) => reading.streamsLost);
  return lost === 0 ? [] : [{ kind: 'streams_lost', subject: '', severity: 'critical', details: { lost } }];
};

const journalSlow = (readings: readonly NodeReading[]): Finding[] => {
  const flushes = total(readings, ({ journal }) => journal.flushes);
  const share = (of: (reading: Reading) => number) => total(readings, of) / flushes;
  const slow = share(({ journal }) => journal.slow);
  if (flushes < FEWEST_FLUSHES || slow <= SLOW_SHARE) return [];
  const severity = share(({ journal }) => journal.verySlow) > SLOW_SHARE ? 'critical' : 'warning';
  return [{ kind: 'journal_slow', subject: '', severity, details: { share: slow } }];
};

const standbyAway = (readings: readonly NodeReading[]): Finding[] => {
  const instead = total(readings, ({ reads }) => reads.instead);
  const isAnswering = total(readings, ({ reads }) => reads.standby) > 0;
  if (instead === 0 || isAnswering) return [];
  return [{ kind: 'standby_away', subject: '', severity: 'warning', details: { instead } }];
};

const hintsAway = (readings: readonly NodeReading[]): Finding[] => {
  const away = readings.filter(({ reading }) => reading.hintsAway).length;
  if (away === 0) return [];
  return [{ kind: 'hints_away', subject: '', severity: 'warning', details: { away, replicas: readings.length } }];
};
