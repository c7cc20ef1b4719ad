import { type Finding, findingsOf } from './conditions.ts';
import type { Reading } from './reading.ts';

const WELL: Reading = {
  requests: { all: 100, failed: 0 },
  pool: { waiting: 0, saturated: 0 },
  providers: { openai: { answered: 10, failed: 1 } },
  diskFree: 0.5,
  streamsLost: 0,
  journal: { flushes: 100, slow: 1, verySlow: 0 },
  reads: { standby: 10, instead: 2 },
  hintsAway: false,
};
const found = (...readings: Partial<Reading>[]): Pick<Finding, 'kind' | 'subject' | 'severity'>[] =>
  findingsOf(readings.map((reading, index) => ({ nodeId: `n${index}`, reading: { ...WELL, ...reading } }))).map(
    ({ kind, subject, severity }) => ({ kind, subject, severity }),
  );
const requests = (all: number, failed: number): Partial<Reading> => ({ requests: { all, failed } });

it('finds nothing where all is well, and nothing where nothing happens', () => {
  const idle = { requests: { all: 0, failed: 0 }, providers: {}, journal: { flushes: 0, slow: 0, verySlow: 0 } };
  expect([found({}, {}), found(idle), findingsOf([])]).toEqual([[], [], []]);
});

it.each<[string, Partial<Reading>[], string | null]>([
  ['4 % of requests', [requests(100, 4)], null],
  ['5 %', [requests(100, 5)], 'warning'],
  ['10 %', [requests(100, 10)], 'critical'],
  ['10 % of one of two that are as busy', [requests(100, 10), requests(100, 0)], 'warning'],
  ['all of very few', [requests(19, 19)], null],
])('errors: %s', (_, readings, severity) => {
  expect(found(...readings)).toEqual(severity ? [{ kind: 'error_rate', subject: '', severity }] : []);
});

it.each<[string, Partial<Reading>, object | null]>([
  ['5 wait', { pool: { waiting: 5, saturated: 0 } }, null],
  ['6 wait', { pool: { waiting: 6, saturated: 0 } }, { kind: 'pool_waiting', subject: 'n1', severity: 'warning' }],
  ['6 waited', { pool: { waiting: 0, saturated: 1 } }, { kind: 'pool_waiting', subject: 'n1', severity: 'warning' }],
  ['11 % free', { diskFree: 0.11 }, null],
  ['9 % free', { diskFree: 0.09 }, { kind: 'disk_filling', subject: 'n1', severity: 'warning' }],
  ['4 % free', { diskFree: 0.04 }, { kind: 'disk_filling', subject: 'n1', severity: 'critical' }],
  ['a lost answer', { streamsLost: 1 }, { kind: 'streams_lost', subject: '', severity: 'critical' }],
  [
    'a slow journal',
    { journal: { flushes: 100, slow: 30, verySlow: 0 } },
    { kind: 'journal_slow', subject: '', severity: 'warning' },
  ],
  [
    'a very slow one',
    { journal: { flushes: 100, slow: 30, verySlow: 10 } },
    { kind: 'journal_slow', subject: '', severity: 'critical' },
  ],
  ['hints away', { hintsAway: true }, { kind: 'hints_away', subject: '', severity: 'warning' }],
])('one of two replicas: %s', (_, reading, expected) => {
  expect(found({}, reading)).toEqual(expected ? [expected] : []);
});

it.each<[string, Record<string, { answered: number; failed: number }>[], object[]]>([
  ['fails twice', [{ a: { answered: 0, failed: 2 } }], []],
  ['fails always', [{ a: { answered: 0, failed: 3 } }], [{ subject: 'a', severity: 'critical' }]],
  ['fails half of the time', [{ a: { answered: 3, failed: 3 } }], [{ subject: 'a', severity: 'warning' }]],
  ['fails seldom', [{ a: { answered: 30, failed: 3 } }], []],
  ['fails here and there', [{ a: { answered: 0, failed: 2 } }, { a: { answered: 0, failed: 2 } }], [{ subject: 'a' }]],
])('a provider that %s', (_, providers, expected) => {
  expect(found(...providers.map((each) => ({ providers: each })))).toMatchObject(expected);
});

it('a standby is away when all it should answer is asked elsewhere', () => {
  const reads = (standby: number, instead: number) => found({ reads: { standby, instead } });
  expect([reads(0, 0), reads(1, 5), reads(0, 1)].map(({ length }) => length)).toEqual([0, 0, 1]);
});
