import {
  type Conversation,
  type End,
  ERRORS,
  type GenerationError,
  type Model,
  type TerminalStatus,
  type Usage,
} from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { NodeLease } from '../../cluster/node-lease.ts';
import { mayPass } from '../../common/database-away.ts';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { labelsOf } from '../../providers/catalogue.ts';
import { Ledger, NO_USAGE } from '../../usage/ledger.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { type Answer, storableAnswer } from './answer.ts';
import { Fanout } from './fanout.ts';
import { GenerationStore } from './generation-store.ts';
import type { LiveGeneration } from './live-generation.ts';
import { LiveGenerations } from './live-generations.ts';

export interface Ending {
  status: TerminalStatus;
  error: GenerationError | null;
  model: Pick<Model, 'id' | 'provider' | 'prices'>;
  usage: Usage;
}

type OnEnd = (live: LiveGeneration, conversation: Conversation, ending: Ending) => void;

const RETRY_MILLISECONDS = 500;
const UNEXPECTED: GenerationError = { code: 'internal', detail: ERRORS.internal.title, retry: true };

/** Brings a generation to its one terminal state: durable first, then announced. */
@Injectable()
export class Endings {
  private readonly listeners: OnEnd[] = [];

  constructor(
    private readonly store: GenerationStore,
    private readonly conversations: ConversationStore,
    private readonly ledger: Ledger,
    private readonly lease: NodeLease,
    private readonly alive: LiveGenerations,
    private readonly fanout: Fanout,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  onEnd(listener: OnEnd): void {
    this.listeners.push(listener);
  }

  /**
   * Tries for as long as the lease is held: a database that is away for a moment does not cost the answer its end. What the
   * database refuses is ended as failed, with less and less of what it may have refused.
   */
  async end(live: LiveGeneration, ending: Ending): Promise<void> {
    const failed: Ending = { ...ending, status: 'failed', error: UNEXPECTED };
    const ways: [Ending, () => Answer | null][] = [
      [ending, () => live.shown],
      [failed, () => storableAnswer(live.shown)],
      [{ ...failed, usage: NO_USAGE }, () => null],
    ];
    for (const [way, answer] of ways) {
      try {
        return await this.endAs(live, way, answer());
      } catch (error) {
        this.logger.error({ err: error, generationId: live.row.id }, 'the database refused the end of a generation');
      }
    }
    this.alive.remove(live);
  }

  /** Fails only with what the database would say again. */
  private async endAs(live: LiveGeneration, ending: Ending, answer: Answer | null): Promise<void> {
    const { row } = live;
    const booking = this.ledger.row({
      accountId: row.accountId,
      conversationId: row.conversationId,
      messageId: row.messageId,
      generationId: row.id,
      attempt: row.attempt,
      purpose: 'chat',
      outcome: ending.status,
      model: ending.model,
      usage: ending.usage,
    });
    for (;;) {
      const lease = this.lease.current;
      if (!lease) return;
      try {
        const revision = await this.store.finish(lease, row, answer, { ...ending, booking });
        this.alive.remove(live);
        if (revision === undefined) return;
        break;
      } catch (error) {
        if (!mayPass(error)) throw error;
        this.logger.warn({ err: error, generationId: row.id }, 'could not end a generation; trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      }
    }
    live.ended = ending.status;
    await this.announce(live, ending, booking.cost_micros).catch((error: unknown) =>
      this.logger.warn({ err: error, generationId: row.id }, 'not everybody was told that a generation ended'),
    );
  }

  private async announce(live: LiveGeneration, ending: Ending, costMicros: number | null): Promise<void> {
    const { row } = live;
    const end: End = {
      type: 'end',
      generationId: row.id,
      attempt: row.attempt,
      position: live.shown.position,
      status: ending.status,
      usage: ending.usage,
      costMicros,
      error: ending.error,
    };
    this.fanout.toGeneration(row.conversationId, end);
    this.metrics.spent(labelsOf(ending.model), { ...ending.usage, costMicros });
    const conversation = await this.conversations.find(row.conversationId);
    if (!conversation) return;
    this.fanout.toAccount(row.accountId, { type: 'conversation', conversation });
    for (const listener of this.listeners) listener(live, conversation, ending);
  }
}
