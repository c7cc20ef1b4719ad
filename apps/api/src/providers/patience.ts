import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorCode } from '@chatbox/contracts';
import type { AppError } from '../common/app-error.ts';
import { type Circumstances, explain, fellSilent, hostOf } from './failures.ts';
import type { ChatChunk } from './provider.ts';

export interface Patience {
  /** Longest silence, before the first chunk and between two. */
  silenceMilliseconds: number;
  /** The first wait before a retry; the next ones double. */
  backoffMilliseconds: number;
}

export const RETRIES = 2;
/** A provider that wants to be left alone for longer is a failure to show, not a wait to hide. */
const LONGEST_RETRY_AFTER_SECONDS = 20;

// `provider.cut` is here for a stream that ended before it began; a timeout is not: it has cost the person enough already.
const WORTH_RETRYING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'provider.unreachable',
  'provider.rate_limited',
  'provider.overloaded',
  'provider.cut',
]);

/**
 * Reads a provider's stream with a watch on its silence, and asks again, a little later, as long as nothing has been passed on.
 * `open` calls `alive` for everything that arrives, also for what is no chunk. Throws the caller's abort reason, or an AppError
 * with a `provider.*` code.
 */
export async function* patiently(
  open: (signal: AbortSignal, alive: () => void) => AsyncIterable<ChatChunk>,
  signal: AbortSignal,
  patience: Patience,
  where: Circumstances,
): AsyncIterable<ChatChunk> {
  for (let retry = 0; ; retry += 1) {
    signal.throwIfAborted();
    const silence = new AbortController();
    const watch = setTimeout(() => silence.abort(), patience.silenceMilliseconds);
    let begun = false;
    try {
      for await (const chunk of open(AbortSignal.any([signal, silence.signal]), () => watch.refresh())) {
        begun = true;
        yield chunk;
      }
      // The SDKs end an aborted stream without a word.
      signal.throwIfAborted();
      silence.signal.throwIfAborted();
      return;
    } catch (error) {
      signal.throwIfAborted();
      const failed = silence.signal.aborted
        ? fellSilent(hostOf(where.baseUrl), patience.silenceMilliseconds / 1_000, begun)
        : explain(error, where);
      if (begun || retry >= RETRIES || !isWorthRetrying(failed)) throw failed;
      await waitBefore(retry, failed, patience, signal);
    } finally {
      clearTimeout(watch);
    }
  }
}

const isWorthRetrying = ({ code, retryAfterSeconds = 0 }: AppError): boolean =>
  WORTH_RETRYING.has(code) && retryAfterSeconds <= LONGEST_RETRY_AFTER_SECONDS;

/** Doubling, with jitter over the upper half so that replicas do not come back in step; what the provider asked for goes first. */
const waitBefore = async (retry: number, failed: AppError, patience: Patience, signal: AbortSignal): Promise<void> => {
  const backoff = patience.backoffMilliseconds * 2 ** retry * (0.5 + Math.random() / 2);
  const milliseconds = Math.max(backoff, (failed.retryAfterSeconds ?? 0) * 1_000);
  await pause(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
};
