import { randomUUID } from 'node:crypto';
import {
  type Accepted,
  type Conversation,
  type Message,
  type Page,
  parseEventId,
  type StreamEvent,
} from '@chatbox/contracts';
import { aUser, type Person } from '../harness/people.ts';
import type { TestApp } from '../harness/test-app.ts';

type Door = Pick<TestApp, 'api' | 'url'>;

/** A person with a conversation, and the words of the REST door to use it. */
export async function aChat(app: Door, by?: Person) {
  const who = by ?? (await aUser(app));
  const { body: conversation } = await app.api<Conversation>('POST', '/api/v1/conversations', {
    token: who.token,
    body: {},
  });
  const path = `/api/v1/conversations/${conversation.id}`;
  return {
    who,
    id: conversation.id,
    ask: async (content: string, more: object = {}) => {
      const answer = await app.api<Accepted>('POST', `${path}/messages`, {
        token: who.token,
        body: { clientMessageId: randomUUID(), content, ...more },
      });
      if (answer.status !== 202)
        throw new Error(`Sending was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    messages: async () =>
      (await app.api<Page<Message>>('GET', `${path}/messages?limit=200`, { token: who.token })).body.items,
    read: async () => (await app.api<Conversation>('GET', path, { token: who.token })).body,
  };
}

export type Told = StreamEvent & { id: string };

/** Follows a generation by SSE until it ends, the reader has enough, or the connection is cut. */
export async function* follow(
  app: Door,
  token: string,
  generationId: string,
  lastEventId?: string,
  signal?: AbortSignal,
) {
  const answer = await fetch(`${app.url}/api/v1/generations/${generationId}/events`, {
    headers: { authorization: `Bearer ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
    ...(signal && { signal }),
  });
  if (!answer.ok || !answer.body) throw new Error(`Following was answered ${answer.status}: ${await answer.text()}`);
  let buffer = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    buffer += chunk;
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const block = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id !== undefined && data !== undefined) yield { ...(JSON.parse(data) as StreamEvent), id } as Told;
    }
  }
}

/** What somebody has on their screen; refuses a hole, a repetition and a silent change of attempt. */
export class Screen {
  text = '';
  attempt = 0;
  lastEventId: string | undefined;
  end: Extract<StreamEvent, { type: 'end' }> | undefined;
  /** Every text that was thrown away by a reset, so that a checker can say what was lost. */
  readonly discarded: string[] = [];

  see(event: Told): void {
    if (this.end) throw new Error('something came after the end');
    this.lastEventId = event.id;
    const named = parseEventId(event.id);
    if (named?.attempt !== event.attempt || named.position !== event.position)
      throw new Error(`id ${event.id} names another place`);
    if (event.type === 'snapshot' || event.type === 'reset') {
      if (!event.text.startsWith(this.text)) this.discarded.push(this.text);
      this.text = event.text;
      this.attempt = event.attempt;
    }
    if (event.type === 'delta') {
      if (event.attempt !== this.attempt) throw new Error('the attempt changed without a reset');
      if (event.position - event.text.length !== this.text.length)
        throw new Error(`a hole: have ${this.text.length}, got ${event.position - event.text.length}`);
      this.text += event.text;
    }
    if (this.text.length !== event.position && event.type !== 'heartbeat')
      throw new Error(`position ${event.position} is not the length of the text, ${this.text.length}`);
    if (event.type === 'end') this.end = event;
  }
}

/** Reads to the end, coming back whenever the connection is cut. */
export async function readToEnd(
  app: Door,
  token: string,
  generationId: string,
  screen = new Screen(),
): Promise<Screen> {
  while (!screen.end) {
    for await (const event of follow(app, token, generationId, screen.lastEventId)) screen.see(event);
  }
  return screen;
}
