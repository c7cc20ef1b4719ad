import type { Accepted, Conversation, Message, MessagesQuery, Page, Regenerate, SendMessage } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { NodeLease } from '../../cluster/node-lease.ts';
import { AppError } from '../../common/app-error.ts';
import { mayHaveRun } from '../../common/database-away.ts';
import type { Identity } from '../../common/identity.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { Models } from '../../providers/models.ts';
import { Access, type Ownership } from '../access.ts';
import { Fanout } from '../generations/fanout.ts';
import { toGeneration } from '../generations/generation-row.ts';
import { Generations } from '../generations/generations.ts';
import { LostBeginnings } from '../generations/lost-beginnings.ts';
import { type Begun, type Draft, MessageStore } from './message-store.ts';

/** How often a write looks again when the conversation changed between looking and writing. */
const TRIES = 8;

type Question = Draft | { answers: string };

/** Sending and answering again. */
@Injectable()
export class Messages {
  constructor(
    private readonly store: MessageStore,
    private readonly access: Access,
    private readonly generations: Generations,
    private readonly lostBeginnings: LostBeginnings,
    private readonly models: Models,
    private readonly lease: NodeLease,
    private readonly fanout: Fanout,
    private readonly metrics: Metrics,
  ) {}

  async list({ conversationId }: Ownership, { before, limit }: MessagesQuery): Promise<Page<Message>> {
    if (before !== undefined && !/^\d{1,18}$/.test(before))
      throw new AppError('request.invalid', { issues: [{ path: 'before', message: 'is not a cursor of this list' }] });
    const { items, next } = await this.store.page(conversationId, limit, before);
    return { items: items.map((message) => this.generations.asShown(message)), nextCursor: next };
  }

  /** A repeated clientMessageId answers with what the first one made. */
  async send(who: Identity, conversationId: string, draft: SendMessage): Promise<Accepted> {
    return this.begin(who, conversationId, draft.model, async (activeLeafId) => {
      const earlier = await this.store.findByClientId(conversationId, draft.clientMessageId);
      if (earlier) return this.again(earlier, draft);
      const parentId = draft.parentId === undefined ? activeLeafId : draft.parentId;
      if (parentId !== null) await this.checkParent(parentId, conversationId);
      return { clientMessageId: draft.clientMessageId, content: draft.content, parentId };
    });
  }

  /** A new answer beside the ones there are. `messageId` is the answer, or the question itself. */
  async regenerate(who: Identity, messageId: string, { model }: Regenerate): Promise<Accepted> {
    const { conversationId } = await this.access.message(messageId, who);
    const [target] = await this.store.read([messageId]);
    const questionId = target?.role === 'user' ? target.id : target?.parentId;
    if (!target || !questionId) throw new AppError('message.parent_invalid');
    if (target.generation?.status === 'running') throw new AppError('generation.busy');
    const wanted = model ?? target.model ?? undefined;
    return this.begin(who, conversationId, wanted, async () => ({ answers: questionId }));
  }

  private async begin(
    who: Identity,
    conversationId: string,
    wanted: string | undefined,
    look: (activeLeafId: string | null) => Promise<Question | Accepted>,
  ): Promise<Accepted> {
    this.generations.refuseWhenDraining();
    const started = performance.now();
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { conversation, accountId } = await this.access.conversation(conversationId, who);
      const question = await look(conversation.activeLeafId);
      if ('message' in question) return question;
      const model = await this.models.resolve(wanted ?? conversation.model);
      const lease = this.lease.current;
      if (!lease) throw new AppError('service.unavailable', { retryAfterSeconds: 1 });
      const { activeLeafId } = conversation;
      const generationId = uuidv7();
      const begun = await this.store
        .begin(lease, { conversationId, accountId, activeLeafId, generationId }, question, model.model.id)
        .catch((error: unknown) => {
          if (isRepeated(error)) return undefined;
          if (mayHaveRun(error)) this.lostBeginnings.lookFor(generationId, lease, model);
          throw error;
        });
      if (!begun) {
        const obstacle = await this.store.obstacleTo(lease, accountId);
        if (obstacle === 'places') throw tooMany();
        if (obstacle === 'lease') await this.lease.refused(lease);
        continue;
      }
      this.announce(accountId, conversation, begun);
      this.generations.start(begun.generation, model);
      if (begun.question) this.metrics.recordMessageProcessed('question', (performance.now() - started) / 1000);
      return { message: begun.question ?? begun.answer, generation: toGeneration(begun.generation) };
    }
    throw new AppError('generation.busy', { detail: 'The conversation is changing too quickly. Try again.' });
  }

  private async again(earlier: Message, draft: SendMessage): Promise<Accepted> {
    if (earlier.content !== draft.content) throw new AppError('message.client_id_reused');
    const answer = await this.store.firstAnswer(earlier.id);
    if (!answer?.generation) throw new AppError('message.not_found');
    return { message: earlier, generation: answer.generation };
  }

  private async checkParent(parentId: string, conversationId: string): Promise<void> {
    const [parent] = await this.store.read([parentId]);
    if (parent?.conversationId !== conversationId || parent.role !== 'assistant')
      throw new AppError('message.parent_invalid', {
        detail: 'The parent must be an answer in the same conversation.',
      });
    if (parent.generation?.status === 'running') throw new AppError('generation.busy');
  }

  private announce(accountId: string, before: Conversation, { question, answer, revision, generation }: Begun): void {
    for (const message of question ? [question, answer] : [answer])
      this.fanout.toConversation(before.id, { type: 'message', message, revision });
    const updatedAt = generation.startedAt.toISOString();
    const conversation = { ...before, revision, activeLeafId: answer.id, model: answer.model, updatedAt };
    this.fanout.toAccount(accountId, { type: 'conversation', conversation });
  }
}

const tooMany = (): AppError =>
  new AppError('generation.too_many', {
    detail: 'Wait until one of your answers is complete, or stop one.',
    retryAfterSeconds: 5,
  });

/** PostgreSQL's unique_violation: another request with the same id, or for the same place, was faster. */
const isRepeated = (error: unknown): boolean => {
  const { code, constraint } = (error as { driverError?: { code?: string; constraint?: string } }).driverError ?? {};
  return code === '23505' && (constraint === 'message_client' || constraint === 'generation_place');
};
