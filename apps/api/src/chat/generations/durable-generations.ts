import type { End, Message } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { Gathering } from '../../common/gathering.ts';
import { MessageStore } from '../messages/message-store.ts';
import { Answer, replay } from './answer.ts';
import type { GenerationRow } from './generation-row.ts';
import { GenerationStore } from './generation-store.ts';
import type { Read } from './mirror.ts';

/** Reads generations as they are durable: checkpoint and journal, or the message where they have ended. Those of one moment at once. */
@Injectable()
export class DurableGenerations {
  private readonly readings = new Gathering((ids: readonly string[]) => this.readAll(ids));

  constructor(
    private readonly store: GenerationStore,
    private readonly messages: MessageStore,
  ) {}

  /** Undefined where there is none. In a rush it waits for others. */
  async read(generationId: string): Promise<Read | undefined> {
    const found = await this.readings.soon(generationId);
    if (found instanceof Error) throw found;
    return found;
  }

  /** What is wrong with one of them is nobody else's failure. */
  private async readAll(ids: readonly string[]): Promise<(Read | Error | undefined)[]> {
    const rows = await this.store.readAll(ids);
    const durable = await this.store.durable(rows);
    const ended = rows.filter(({ status }) => status !== 'running').map(({ messageId }) => messageId);
    const messages = ended.length === 0 ? [] : await this.messages.read(ended);
    const messageOf = new Map(messages.map((message) => [message.id, message]));
    const reads = new Map(
      rows.map((row): [string, Read | Error] => {
        const { parts, frames } = durable.get(row.id) ?? NOTHING;
        try {
          return [row.id, readOf(row, replay(Answer.of(parts), frames), messageOf.get(row.messageId))];
        } catch (error) {
          return [row.id, error instanceof Error ? error : new Error(String(error))];
        }
      }),
    );
    return ids.map((id) => reads.get(id));
  }
}

const NOTHING = { parts: [], frames: [] };

const readOf = (row: GenerationRow, answer: Answer, message: Message | undefined): Read => {
  const { id: generationId, conversationId, attempt, status } = row;
  return { generationId, conversationId, attempt, status, answer, end: endOf(row, answer.position, message) };
};

const endOf = (row: GenerationRow, position: number, message: Message | undefined): End | undefined =>
  row.status === 'running'
    ? undefined
    : {
        type: 'end',
        generationId: row.id,
        attempt: row.attempt,
        position,
        status: row.status,
        usage: message?.usage ?? null,
        costMicros: message?.costMicros ?? null,
        error: row.error,
      };
