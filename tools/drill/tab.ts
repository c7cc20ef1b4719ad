import { ChatClient, type Feed, when } from '@chatbox/chat-client';
import type { Accepted, Message } from '@chatbox/contracts';
import type { Acknowledged, Frame, Reader, Shown } from './history.ts';
import { recordingInto } from './recording-socket.ts';

export interface TabOptions {
  name: string;
  url: string;
  token: string;
  conversationId: string;
  acknowledged: Acknowledged[];
  /** Told of every request that did not succeed. */
  onFailure: () => void;
}

/** One window of a person, with one conversation open, that writes down what comes and what is shown. */
export class Tab implements Reader {
  readonly name: string;
  readonly conversationId: string;
  readonly client: ChatClient;
  readonly feed: Feed;
  readonly frames: Frame[] = [];
  readonly shown: Shown[] = [];
  private readonly options: TabOptions;
  private readonly latest = new Map<string, Shown>();

  private constructor(options: TabOptions) {
    this.options = options;
    this.name = options.name;
    this.conversationId = options.conversationId;
    this.client = new ChatClient({
      url: options.url,
      token: async () => options.token,
      fetch: (input, init) => this.fetch(input, init),
      WebSocket: recordingInto(this.frames),
    });
    this.client.connect();
    this.feed = this.client.enter(options.conversationId);
    this.feed.view.subscribe(() => this.look());
  }

  static async open(options: TabOptions): Promise<Tab> {
    const tab = new Tab(options);
    await Promise.all([
      when(tab.client.state, ({ status }) => status === 'online'),
      when(tab.feed.view, ({ status }) => status === 'ready'),
    ]);
    return tab;
  }

  get order(): string[] {
    return this.feed.view.getSnapshot().entries.map(({ message }) => message.id);
  }

  /** As it is on the screen now; undefined before it is there. */
  answer(generationId: string): Shown | undefined {
    return this.latest.get(generationId);
  }

  get isRunning(): boolean {
    return [...this.latest.values()].some(({ status }) => status === 'running');
  }

  /** Resolves when the screen satisfies it, now or later. */
  until(wanted: () => boolean, signal: AbortSignal): Promise<unknown> {
    return when(this.feed.view, wanted, signal);
  }

  close(): void {
    this.client.close();
  }

  private look(): void {
    for (const { message } of this.feed.view.getSnapshot().entries) {
      const { generation } = message;
      if (!generation) continue;
      const { id: generationId, attempt, status } = generation;
      const text = textOf(message);
      const before = this.latest.get(generationId);
      if (before?.text === text && before.status === status && before.attempt === attempt) continue;
      const shown: Shown = { at: performance.now(), generationId, attempt, status, text };
      this.latest.set(generationId, shown);
      this.shown.push(shown);
    }
  }

  private async fetch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(input, init);
    } catch (error) {
      this.options.onFailure();
      throw error;
    }
    if (response.status >= 500) this.options.onFailure();
    if (response.status === 202) this.note((await response.clone().json()) as Partial<Accepted>);
    return response;
  }

  private note({ message, generation }: Partial<Accepted>): void {
    if (!message?.clientMessageId || !generation) return;
    const { clientMessageId, id: messageId, conversationId } = message;
    this.options.acknowledged.push({ conversationId, clientMessageId, messageId, generationId: generation.id });
  }
}

const textOf = (message: Message): string => message.parts.map(({ text }) => text).join('');
