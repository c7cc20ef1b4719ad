import type { Ack, ServerEvent } from '@chatbox/contracts';
import type { Frame } from './history.ts';

/** Sockets that write down what comes of generations, before anybody acts on it. */
export const recordingInto = (frames: Frame[]): typeof WebSocket => {
  let connections = 0;
  let subscriptions = 0;
  return class extends WebSocket {
    private readonly connection = ++connections;

    constructor(url: string | URL) {
      super(url);
      this.addEventListener('message', ({ data }) =>
        this.record(JSON.parse(String(data)) as ServerEvent | Ack<object>),
      );
    }

    private record(said: ServerEvent | Ack<object>): void {
      if ('re' in said) {
        // The answer to "subscribe" comes before what it makes the server send.
        if ('revision' in said) subscriptions += 1;
        return;
      }
      const { type } = said;
      if (type !== 'snapshot' && type !== 'reset' && type !== 'delta' && type !== 'end') return;
      const { generationId, attempt, position } = said;
      const rest = type === 'end' ? { status: said.status } : { text: said.text };
      const { connection } = this;
      const at = performance.now();
      frames.push({ at, connection, subscription: subscriptions, type, generationId, attempt, position, ...rest });
    }
  };
};
