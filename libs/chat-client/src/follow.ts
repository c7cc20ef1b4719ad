import type { End, StreamEvent } from '@chatbox/contracts';
import { backoff } from './backoff.ts';
import { ChatError } from './chat-error.ts';
import { meet } from './parts.ts';
import type { Rest } from './rest.ts';
import { readEvents } from './sse.ts';

export interface FollowOptions {
  /** `id:` of the last event a former reader saw: `attempt.position`. */
  lastEventId?: string;
  signal?: AbortSignal;
}

const MAX_FAILURES = 10;

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
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (begun) headers['last-event-id'] = `${attempt}.${position}`;
      const response = await rest.open('generations.events', { id, headers, signal: options.signal });
      if (!response.body) throw ChatError.network('The answer has no body');
      for await (const event of readEvents(response.body)) {
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

const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
