import type { AlertKind, WidgetId } from '@chatbox/contracts';
import type { Finding } from './conditions.ts';

const percent = (share = 0): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const many = (count = 0, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

type Words = Pick<Finding, 'subject' | 'details'>;

const WORDS: Record<AlertKind, { runbook: string; widget: WidgetId | null; say: (words: Words) => string }> = {
  error_rate: {
    runbook: 'ChatboxErrorRateHigh',
    widget: 'error_rate',
    say: ({ details }) => `${percent(details.share)} of all requests fail.`,
  },
  pool_waiting: {
    runbook: 'ChatboxPoolSaturated',
    widget: 'pool_waiting',
    say: ({ subject }) => `More than 5 requests wait for a database connection on replica ${subject}.`,
  },
  provider_failing: {
    runbook: 'ChatboxProviderFailing',
    widget: 'provider_errors',
    say: ({ subject, details }) =>
      details.answered === 0
        ? `No call of the connection ${subject} succeeds.`
        : `${details.failed} of ${(details.failed ?? 0) + (details.answered ?? 0)} calls of the connection ${subject} fail.`,
  },
  disk_filling: {
    runbook: 'ChatboxDiskFilling',
    widget: null,
    say: ({ subject, details }) => `Only ${percent(details.free)} of the disk of replica ${subject} is free.`,
  },
  streams_lost: {
    runbook: 'ChatboxStreamsLost',
    widget: 'answers_lost',
    say: ({ details }) => `${many(details.lost, 'answer', 'answers')} ended in the middle because nobody could go on.`,
  },
  replica_gone: {
    runbook: 'ChatboxReplicaMissing',
    widget: 'replicas',
    say: ({ subject }) => `Replica ${subject} is gone without a word, and none came in its place.`,
  },
  journal_slow: {
    runbook: 'ChatboxJournalSlow',
    widget: null,
    say: ({ details }) =>
      `The database takes long to keep what is answered: ${percent(details.share)} of writes over 0.25 s.`,
  },
  standby_away: {
    runbook: 'ChatboxStandbyAway',
    widget: null,
    say: () => 'The standby of the database does not answer; the primary does its work.',
  },
  hints_away: {
    runbook: 'ChatboxHintsAway',
    widget: null,
    say: ({ details }) =>
      `Redis is away for ${details.away} of ${many(details.replicas, 'replica', 'replicas')}: answers still arrive, a little later.`,
  },
  database_away: {
    runbook: 'ChatboxNotReady',
    widget: null,
    say: ({ subject }) => `Replica ${subject} does not reach the database.`,
  },
};

export const sayFinding = (kind: AlertKind, words: Words): string => WORDS[kind].say(words);
export const runbookOf = (kind: AlertKind): string => WORDS[kind].runbook;
/** The figure of the dashboard that shows it. */
export const widgetOf = (kind: AlertKind): WidgetId | null => WORDS[kind].widget;
/** Path of the page that shows it, for those who are told elsewhere. */
export const pageOf = (kind: AlertKind): string => {
  const widget = widgetOf(kind);
  return widget === null ? '/admin/alerts' : `/admin/dashboard#${widget}`;
};
