import type { End, StreamEvent } from '@chatbox/contracts';
import type { Reader } from './history.ts';

/** Writes down what a follower is told; the follower itself promises that nothing overlaps, over all its connections. */
export const follow = async (events: AsyncGenerator<StreamEvent, End>, { frames, shown }: Reader): Promise<void> => {
  let text = '';
  for await (const event of events) {
    if (event.type === 'heartbeat') continue;
    const { type, generationId, attempt, position } = event;
    const at = performance.now();
    const rest = type === 'end' ? { status: event.status } : { text: event.text };
    frames.push({ at, connection: 1, subscription: 1, type, generationId, attempt, position, ...rest });
    if (type === 'delta') text += event.text;
    else if (type !== 'end') text = event.text;
    shown.push({ at, generationId, attempt, status: type === 'end' ? event.status : 'running', text });
  }
};
