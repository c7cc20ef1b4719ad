import type { End } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { MessageStore } from '../messages/message-store.ts';
import { Answer, replay } from './answer.ts';
import type { GenerationRow } from './generation-row.ts';
import { GenerationStore } from './generation-store.ts';
import type { Read } from './mirror.ts';

/** Reads a generation as it is durable: checkpoint and journal, or the message where it has ended. */
@Injectable()
export class DurableGenerations {
  constructor(
    private readonly store: GenerationStore,
    private readonly messages: MessageStore,
  ) {}

  async read(generationId: string): Promise<Read | undefined> {
    const row = await this.store.read(generationId);
    if (!row) return undefined;
    const { attempt, status, conversationId } = row;
    const { parts, frames } = await this.store.durable(row);
    const answer = replay(Answer.of(parts), status === 'running' ? frames : []);
    const end = status === 'running' ? undefined : await this.endOf(row, answer.position);
    return { generationId, conversationId, attempt, status, answer, end };
  }

  private async endOf(row: GenerationRow, position: number): Promise<End> {
    const [message] = await this.messages.read([row.messageId]);
    if (row.status === 'running') throw new Error('a running generation has no end');
    return {
      type: 'end',
      generationId: row.id,
      attempt: row.attempt,
      position,
      status: row.status,
      usage: message?.usage ?? null,
      costMicros: message?.costMicros ?? null,
      error: row.error,
    };
  }
}
