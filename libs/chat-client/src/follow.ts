import type { End, StreamEvent } from '@chatbox/contracts';
import { backoff } from './backoff.ts';
import { ChatError } from './chat-error.ts';
import { meet } from './parts.ts';
import type { Rest } from './rest.ts';
import { type Patience, readEvents } from './sse.ts';

export interface FollowOptions {
  /** `id:` of the last event a former reader saw: `attempt.position`. */
  lastEventId?: string;
  signal?: AbortSignal;
  /** After this time without a byte the connection is given up; 40 s. */
  silenceMilliseconds?: number;
}

const MAX_FAILURES = 10;
/** The server says something every 15 s. */
const SILENCE_MILLISECONDS = 40_000;

/**
 * The events of one generation until its `end`, over as many connections as that takes. Deltas never overlap and
 * never leave a hole; after a cut the stream goes on where it stopped, or says `reset`.
 * @throws ChatError when the server refuses, or after ten failed connections in a row.
 */
export async function* followGeneration(
  rest: Rest,
  id: string,
  options: FollowOptions = {},
): AsyncGenerator<StreamEvent, End> {
  let [attempt, position] = (options.lastEventId ?? '0.0').split('.').map(Number) as [number, number];
  let begun = options.lastEventId !== undefined;
  let failures = 0;
  for (;;) {
    const { signal, patience } = watchdog(options);
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (begun) headers['last-event-id'] = `${attempt}.${position}`;
      const response = await patience(rest.open('generations.events', { id, headers, signal }));
      if (!response.body) throw ChatError.network('The answer has no body');
      for await (const event of readEvents(response.body, patience)) {
        const frame = { ...JSON.parse(event.data), type: event.event, generationId: id } as StreamEvent;
        if (frame.type === 'heartbeat') {
          if (frame.attempt !== attempt || frame.position > position) break;
          continue;
        }
        if (frame.type === 'end') {
          yield frame;
          return frame;
        }
        if (frame.type === 'delta' && frame.attempt !== attempt && position > 0) break;
        const fitting = frame.type === 'delta' ? meet(position, frame.position, frame.text) : undefined;
        if (fitting?.fits === 'known') continue;
        if (fitting?.fits === 'hole') break;
        ({ attempt, position } = frame);
        begun = true;
        failures = 0;
        yield frame.type === 'delta' && fitting?.fits === 'append' ? { ...frame, text: fitting.text } : frame;
      }
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const reason = ChatError.from(error);
      if (!reason.retry || failures >= MAX_FAILURES) throw reason;
    }
    await pause(backoff(failures++), options.signal);
  }
}

/** Aborts what is waited for too long. A reader that takes its time between two events is not silence. */
const watchdog = ({ signal, silenceMilliseconds = SILENCE_MILLISECONDS }: FollowOptions) => {
  const silence = new AbortController();
  const patience: Patience = (waitedFor) => {
    const timer = setTimeout(() => silence.abort(ChatError.network('The server fell silent')), silenceMilliseconds);
    return waitedFor.finally(() => clearTimeout(timer));
  };
  return { signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal, patience };
};

const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
