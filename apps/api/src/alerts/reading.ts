import { z } from 'zod';
import type { SampleWindow } from './sample-window.ts';

/** Five minutes of looks, where nothing else is said. */
export const LOOKS = 20;
/** What can be over quickly is looked for in the last minute. */
const LAST_LOOKS = 4;
/** Less than this is no rest, but a connection that is being made. */
const AWAY_LOOKS = 2;

const count = z.number().nonnegative();

/** What one replica counted lately: all that is needed to say whether something is wrong, and nothing of anybody. */
export const Reading = z.object({
  /** Answers over HTTP, and those of them that were the server's own fault. */
  requests: z.object({ all: count, failed: count }),
  pool: z.object({ waiting: count, saturated: count }),
  providers: z.record(z.string(), z.object({ answered: count, failed: count })),
  diskFree: z.number().nullable(),
  streamsLost: count,
  journal: z.object({ flushes: count, slow: count, verySlow: count }),
  reads: z.object({ standby: count, instead: count }),
  hintsAway: z.boolean(),
});
export type Reading = z.infer<typeof Reading>;

/** Figures that a reading is made of; the rest of the metrics need not be kept. */
export const READ_METRICS: ReadonlySet<string> = new Set([
  'chatbox_http_request_duration_seconds_count',
  'chatbox_db_pool_connections',
  'chatbox_db_pool_saturated_total',
  'chatbox_provider_errors_total',
  'chatbox_time_to_first_token_seconds_count',
  'chatbox_disk_free_ratio',
  'chatbox_streams_lost_total',
  'chatbox_journal_flush_seconds_count',
  'chatbox_journal_flush_seconds_bucket',
  'chatbox_db_reads_total',
  'chatbox_hints_live',
]);

/** What the asker got wrong says nothing of the provider. */
const ASKERS_FAULT = new Set(['provider.context_too_long', 'provider.model_unknown', 'provider.refused']);

export const readingOf = (window: SampleWindow): Reading => {
  const requests = (isFailed: boolean) =>
    window.growth(
      'chatbox_http_request_duration_seconds_count',
      // That a replica says it is not ready is its duty, and no failure of a request.
      ({ route, status }) => !String(route).startsWith('/health/') && (!isFailed || Number(status) >= 500),
    );
  const flushes = window.growth('chatbox_journal_flush_seconds_count');
  const within = (seconds: number) =>
    window.growth('chatbox_journal_flush_seconds_bucket', ({ le }) => Number(le) === seconds);
  return {
    requests: { all: requests(false), failed: requests(true) },
    pool: {
      waiting: window.highest('chatbox_db_pool_connections', ({ state }) => state === 'waiting', LAST_LOOKS),
      saturated: window.growth('chatbox_db_pool_saturated_total', undefined, LAST_LOOKS),
    },
    providers: providersOf(window),
    diskFree: window.now('chatbox_disk_free_ratio')[0]?.value ?? null,
    streamsLost: window.growth('chatbox_streams_lost_total'),
    journal: { flushes, slow: flushes - within(0.25), verySlow: flushes - within(1) },
    reads: {
      standby: window.growth('chatbox_db_reads_total', ({ by }) => by === 'standby', LAST_LOOKS),
      instead: window.growth('chatbox_db_reads_total', ({ by }) => by === 'primary_instead', LAST_LOOKS),
    },
    hintsAway: window.hasStayed('chatbox_hints_live', 0, AWAY_LOOKS),
  };
};

const providersOf = (window: SampleWindow): Reading['providers'] => {
  const names = new Set(
    ['chatbox_provider_errors_total', 'chatbox_time_to_first_token_seconds_count']
      .flatMap((name) => window.now(name))
      .map(({ labels }) => String(labels.provider)),
  );
  return Object.fromEntries(
    [...names].map((name) => {
      const answered = window.growth(
        'chatbox_time_to_first_token_seconds_count',
        ({ provider }) => String(provider) === name,
      );
      const failed = window.growth(
        'chatbox_provider_errors_total',
        ({ provider, code }) => String(provider) === name && !ASKERS_FAULT.has(String(code)),
      );
      return [name, { answered, failed }];
    }),
  );
};
