import type { AlertKind } from '@chatbox/contracts';
import type { Finding } from './conditions.ts';

const percent = (share = 0): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const many = (count = 0, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

type Words = Pick<Finding, 'subject' | 'details'>;

const WORDS: Record<AlertKind, { runbook: string; say: (words: Words) => string }> = {
  error_rate: {
    runbook: 'ChatboxErrorRateHigh',
    say: ({ details }) => `${percent(details.share)} of all requests fail.`,
  },
  pool_waiting: {
    runbook: 'ChatboxPoolSaturated',
    say: ({ subject }) => `More than 5 requests wait for a database connection on replica ${subject}.`,
  },
  provider_failing: {
    runbook: 'ChatboxProviderFailing',
    say: ({ subject, details }) =>
      details.answered === 0
        ? `No call of the connection ${subject} succeeds.`
        : `${details.failed} of ${(details.failed ?? 0) + (details.answered ?? 0)} calls of the connection ${subject} fail.`,
  },
  disk_filling: {
    runbook: 'ChatboxDiskFilling',
    say: ({ subject, details }) => `Only ${percent(details.free)} of the disk of replica ${subject} is free.`,
  },
  streams_lost: {
    runbook: 'ChatboxStreamsLost',
    say: ({ details }) => `${many(details.lost, 'answer', 'answers')} ended in the middle because nobody could go on.`,
  },
  replica_gone: {
    runbook: 'ChatboxReplicaMissing',
    say: ({ subject }) => `Replica ${subject} is gone without a word, and none came in its place.`,
  },
  journal_slow: {
    runbook: 'ChatboxJournalSlow',
    say: ({ details }) =>
      `The database takes long to keep what is answered: ${percent(details.share)} of writes over 0.25 s.`,
  },
  standby_away: {
    runbook: 'ChatboxStandbyAway',
    say: () => 'The standby of the database does not answer; the primary does its work.',
  },
  hints_away: {
    runbook: 'ChatboxHintsAway',
    say: ({ details }) =>
      `Redis is away for ${details.away} of ${many(details.replicas, 'replica', 'replicas')}: answers still arrive, a little later.`,
  },
};

export const sayFinding = (kind: AlertKind, words: Words): string => WORDS[kind].say(words);
export const runbookOf = (kind: AlertKind): string => WORDS[kind].runbook;
