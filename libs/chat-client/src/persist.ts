import { backoff } from './backoff.ts';
import { ChatError } from './chat-error.ts';

const TRIES = 6;

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Repeats what may be repeated without harm, while that may help. */
export async function persist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      const reason = ChatError.from(error);
      if (!reason.retry || tries >= TRIES) throw reason;
      await pause(backoff(tries));
    }
  }
}
