import { VERSION } from '../../common/version.ts';
import { NotTaken } from '../deliveries.ts';
import type { Send } from './error-tracker.ts';

export const GIVE_UP_MILLISECONDS = 5_000;

/** Each report as one JSON object, by POST, to an address of the operator's choice. Any answer of 2xx is a receipt. */
export const jsonReceiver =
  (url: string, environment: string): Send =>
  async ({ at, message, error, fields }) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': `chatbox/${VERSION}` },
      body: JSON.stringify({
        timestamp: at.toISOString(),
        level: 'error',
        message,
        service: 'chatbox',
        release: VERSION,
        environment,
        ...fields,
        ...(error && { error }),
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(GIVE_UP_MILLISECONDS),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new NotTaken(`it answered ${answer.status}`);
  };
