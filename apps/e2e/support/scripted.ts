import { randomUUID } from 'node:crypto';
import type { Conversation, Generation, Message, ServerEvent } from '@chatbox/contracts';
import type { Page } from 'playwright-core';

const NOW = '2026-01-01T00:00:00.000Z';

/**
 * A conversation whose server is this test: it decides every frame of the answer, so that a text can arrive cut at any place.
 * Everything else on the page is the real product.
 */
export class ScriptedAnswer {
  readonly conversationId = randomUUID();
  private readonly answer: Message & { generation: Generation };
  private readonly question: Message;
  private tell: ((event: ServerEvent) => void) | undefined;
  private subscribed: (() => void) | undefined;

  constructor() {
    const row = { conversationId: this.conversationId, usage: null, costMicros: null, createdAt: NOW };
    const questionId = randomUUID();
    const id = randomUUID();
    const text = 'Show me';
    this.question = {
      ...row,
      id: questionId,
      parentId: null,
      role: 'user',
      content: text,
      parts: [{ kind: 'text', text }],
      position: text.length,
      clientMessageId: randomUUID(),
      model: null,
      generation: null,
    };
    const generation: Generation = {
      id: randomUUID(),
      messageId: id,
      conversationId: this.conversationId,
      status: 'running',
      attempt: 1,
      model: 'offline/assistant',
      startedAt: NOW,
      finishedAt: null,
      error: null,
    };
    this.answer = {
      ...row,
      id,
      parentId: questionId,
      role: 'assistant',
      content: '',
      parts: [],
      position: 0,
      clientMessageId: null,
      model: 'offline/assistant',
      generation,
    };
  }

  /** Opens the page; resolves when it listens. */
  async openOn(page: Page): Promise<void> {
    const path = `**/api/v1/conversations/${this.conversationId}`;
    await page.route(path, (route) => route.fulfill({ json: this.conversation() }));
    await page.route(`${path}/messages?**`, (route) =>
      route.fulfill({ json: { items: [this.question, this.answer], nextCursor: null } }),
    );
    const listening = new Promise<void>((resolve) => {
      this.subscribed = resolve;
    });
    await page.routeWebSocket('**/ws', (socket) => {
      this.tell = (event) => socket.send(JSON.stringify(event));
      socket.onMessage((data) => {
        const { id, type } = JSON.parse(String(data)) as { id: string; type: string };
        const hello = { userId: randomUUID(), sessionId: randomUUID(), heartbeatSeconds: 60 };
        const ack = type === 'hello' ? hello : { conversationId: this.conversationId, revision: 1 };
        socket.send(JSON.stringify({ re: id, ok: true, ...ack }));
        if (type === 'subscribe') this.subscribed?.();
      });
    });
    await page.goto(`/c/${this.conversationId}`);
    await listening;
  }

  /** The next piece of the answer. */
  write(text: string): void {
    const { generation } = this.answer;
    this.answer.content += text;
    this.answer.position += text.length;
    this.answer.parts = [{ kind: 'text', text: this.answer.content }];
    const { attempt, id: generationId } = generation;
    this.tell?.({ type: 'delta', generationId, attempt, position: this.answer.position, text, part: 0, kind: 'text' });
  }

  end(): void {
    const { generation, position } = this.answer;
    this.answer.generation = { ...generation, status: 'completed', finishedAt: NOW };
    this.tell?.({
      type: 'end',
      generationId: generation.id,
      attempt: generation.attempt,
      position,
      status: 'completed',
      usage: null,
      costMicros: null,
      error: null,
    });
  }

  private conversation(): Conversation {
    return {
      id: this.conversationId,
      title: 'Scripted',
      model: null,
      systemPrompt: null,
      activeLeafId: this.answer.id,
      revision: 1,
      costMicros: 0,
      inputTokens: 0,
      outputTokens: 0,
      createdAt: NOW,
      updatedAt: NOW,
    };
  }
}
