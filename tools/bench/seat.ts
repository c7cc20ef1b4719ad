import { once } from 'node:events';
import type { ClientFrame, Delta, End, ServerEvent } from '@chatbox/contracts';
import { WebSocket } from 'ws';
import type { Stream, Wish } from './stream.ts';

type Answer = { re: string; ok: boolean; error?: unknown; generation?: { id: string } };
/** What a frame carries besides its id. */
type Frame = ClientFrame extends infer F ? (F extends { id: string } ? Omit<F, 'id'> : never) : never;

/** A person with a conversation on their screen: one socket, signed in, which has subscribed to it. */
export class Seat {
  readonly conversationId: string;
  private readonly socket: WebSocket;
  private readonly waiting = new Map<string, (answer: Answer) => void>();
  private ids = 0;
  onEvent: (event: ServerEvent) => void = () => undefined;

  private constructor(socket: WebSocket, conversationId: string) {
    this.socket = socket;
    this.conversationId = conversationId;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Answer | ServerEvent;
      if ('re' in message) this.waiting.get(message.re)?.(message);
      else this.onEvent(message);
    });
  }

  static async take(product: { url: string }, token: string, conversationId: string): Promise<Seat> {
    const socket = new WebSocket(`${product.url.replace('http', 'ws')}/ws`, { perMessageDeflate: false });
    await once(socket, 'open');
    const seat = new Seat(socket, conversationId);
    await seat.ask({ type: 'hello', token });
    await seat.ask({ type: 'subscribe', conversationId, places: [] });
    return seat;
  }

  /** Asks the model at the root of the conversation, so that every question is asked in the same context: none. */
  async stream(content: string, { tokens }: Wish): Promise<Stream> {
    const began = performance.now();
    const arrivals: number[] = [];
    const whole = Promise.withResolvers<{ text: string; end: End }>();
    let text = '';
    this.onEvent = (event) => {
      if (event.type === 'delta') {
        arrivals.push(performance.now());
        text += this.next(event, text);
      }
      if (event.type === 'end') whole.resolve({ text, end: event });
      if (event.type === 'snapshot' || event.type === 'reset') whole.reject(new Error(`an unexpected ${event.type}`));
    };
    await this.ask({
      type: 'send',
      conversationId: this.conversationId,
      clientMessageId: crypto.randomUUID(),
      content,
      parentId: null,
    });
    const { end } = await whole.promise;
    if (end.status !== 'completed' || end.usage?.outputTokens !== tokens)
      throw new Error(`an answer ended ${end.status} after ${end.usage?.outputTokens} tokens: ${end.error?.detail}`);
    return { began, arrivals, text };
  }

  /** Watches one more conversation. */
  async watch(conversationId: string): Promise<void> {
    await this.ask({ type: 'subscribe', conversationId, places: [] });
  }

  leave(): void {
    this.socket.terminate();
  }

  /** Every character once and in order, or the figures mean nothing. */
  private next({ position, text }: Delta, before: string): string {
    if (position - text.length !== before.length) throw new Error(`a hole at ${before.length}`);
    return text;
  }

  private async ask(frame: Frame): Promise<Answer> {
    const id = String(this.ids++);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.waiting.set(id, resolve);
    this.socket.send(JSON.stringify({ id, ...frame }));
    const answer = await promise;
    this.waiting.delete(id);
    if (!answer.ok) throw new Error(`${frame.type} was refused: ${JSON.stringify(answer.error)}`);
    return answer;
  }
}
