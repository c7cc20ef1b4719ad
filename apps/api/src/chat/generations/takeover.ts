import type { Part } from '@chatbox/contracts';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Lease, NodeLease } from '../../cluster/node-lease.ts';
import { Logger } from '../../common/logger.ts';
import { Config } from '../../config/config.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { Tracing } from '../../metrics/tracing/tracing.ts';
import { labelsOf } from '../../providers/catalogue.ts';
import { Models } from '../../providers/models.ts';
import { estimateTokens } from '../../usage/estimate-tokens.ts';
import { Ledger, type LedgerEntry, NO_USAGE, spentIn } from '../../usage/ledger.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { MessageStore } from '../messages/message-store.ts';
import { Answer, replayToHole, storableAnswer } from './answer.ts';
import { Endings } from './endings.ts';
import { Fanout } from './fanout.ts';
import type { GenerationRow } from './generation-row.ts';
import { Generations } from './generations.ts';
import { LiveGeneration } from './live-generation.ts';
import { LiveGenerations } from './live-generations.ts';
import { type Booked, type Claimed, OrphanStore } from './orphan-store.ts';

const SWEEP_MILLISECONDS = 1_000;
const BATCH = 50;
/** More would spend money on an answer that kills every server that tries. */
const MOST_CALLS = 4;

/**
 * Looks for generations whose owner died and goes on with them: from the durable text where the model can, else with a new
 * attempt that begins anew unless it says the same, else it ends them honestly as interrupted.
 */
@Injectable()
export class Takeover implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(
    private readonly orphans: OrphanStore,
    private readonly messages: MessageStore,
    private readonly generations: Generations,
    private readonly alive: LiveGenerations,
    private readonly endings: Endings,
    private readonly fanout: Fanout,
    private readonly models: Models,
    private readonly conversations: ConversationStore,
    private readonly ledger: Ledger,
    private readonly lease: NodeLease,
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // A lease that was just gained comes after one that ended: often its own generations are waiting.
    this.lease.onGained(() => this.sweepSoon());
    this.lease.onEndedElsewhere(() => this.sweepSoon());
    this.timer = setInterval(() => this.sweepSoon(), SWEEP_MILLISECONDS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    this.stopping = true;
    await this.sweeping;
  }

  /** Whoever asks while a look is under way may know of something that it did not see: it is made again. */
  private sweepSoon(): void {
    if (this.stopping) return;
    if (this.sweeping) {
      this.again = true;
      return;
    }
    this.again = false;
    this.sweeping = this.sweep()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'could not look for orphaned generations'))
      .finally(() => {
        this.sweeping = undefined;
        if (this.again) this.sweepSoon();
      });
  }

  private async sweep(): Promise<void> {
    for (;;) {
      const lease = this.lease.current;
      if (!lease) return;
      const claimed = await this.claim(lease);
      for (const one of claimed) {
        // What was claimed by a lease that is gone since is an orphan again.
        if (this.lease.current?.epoch !== lease.epoch) return;
        const { id, attempt } = one.row;
        const attributes = { 'chatbox.generation_id': id, 'chatbox.attempt': attempt };
        await this.tracing.whole('take over', 'internal', attributes, () => this.goOn(one));
      }
      if (claimed.length < BATCH) return;
    }
  }

  /** Nothing but this one transaction is waited for while it holds a dead node's row. */
  private async claim(lease: Lease): Promise<Claimed[]> {
    const priced = await this.models.priced();
    const alive = this.alive.all().map(({ row }) => row.id);
    const claimed = await this.orphans.claim(lease, BATCH, alive, {
      restore: (parts, frames) => storableAnswer(replayToHole(Answer.of(parts), frames)),
      book: (manager, row, answer) => this.book(manager, row, answer, priced(row.model)),
    });
    for (const one of claimed)
      if ('booking' in one) {
        const { booking } = one;
        this.metrics.spent(labelsOf({ id: booking.model, provider: booking.provider }), spentIn(booking));
      }
    return claimed;
  }

  private async goOn(claimed: Claimed): Promise<void> {
    const { row, parts } = claimed;
    const budget = this.config.TAKEOVER_BUDGET_MICROS;
    this.logger.info({ generationId: row.id, attempt: row.attempt }, 'took over a generation');
    if ('broken' in claimed) {
      const { broken } = claimed;
      this.logger.error({ err: broken, generationId: row.id }, 'could not put in order what a dead server had said');
      await this.interrupt(row, parts, 'The server that was answering stopped, and what it said last is lost.');
      return;
    }
    const { spent } = claimed;
    if (spent.calls >= MOST_CALLS) {
      await this.interrupt(row, parts, `The server that was answering stopped, ${spent.calls} times in a row.`);
    } else if (budget > 0 && spent.costMicros >= budget) {
      const cost = `$${(spent.costMicros / 1_000_000).toFixed(2)}`;
      const why = `The server that was answering stopped, and this answer has cost ${cost} already, too much to go on with it.`;
      await this.interrupt(row, parts, why);
    } else {
      this.metrics.generationTakenOver(parts.length > 0 ? 'continued' : 'restarted');
      this.generations.goOn(row, parts);
    }
  }

  private async interrupt(row: GenerationRow, parts: Part[], why: string): Promise<void> {
    const priced = await this.models.priced();
    this.metrics.generationTakenOver('interrupted');
    const started = performance.now();
    const live = new LiveGeneration(row, parts);
    this.alive.add(live);
    this.fanout.toGeneration(row.conversationId, live.reset());
    this.metrics.generationStarted();
    await this.endings.end(live, {
      status: 'interrupted',
      error: { code: 'generation.lost_owner', detail: `${why} Retry when you like.`, retry: true },
      model: priced(row.model),
      usage: NO_USAGE,
    });
    this.metrics.generationEnded(live.ended ?? 'lost', (performance.now() - started) / 1000);
  }

  /** The call that died with its process: what it cost is not known, what it said is counted here. */
  private async book(
    manager: EntityManager,
    row: GenerationRow,
    answer: Answer,
    model: LedgerEntry['model'],
  ): Promise<Booked> {
    const asked = await this.messages.branch(row.messageId, manager);
    const booking = this.ledger.row({
      accountId: row.accountId,
      conversationId: row.conversationId,
      messageId: row.messageId,
      generationId: row.id,
      attempt: row.attempt,
      purpose: 'chat',
      outcome: 'abandoned',
      model,
      usage: {
        ...NO_USAGE,
        inputTokens: asked.reduce((sum, { content }) => sum + estimateTokens(content), 0),
        outputTokens: estimateTokens(answer.text),
      },
    });
    await this.ledger.write(manager, booking);
    await this.conversations.spend(manager, booking);
    return { booking, spent: await this.ledger.spentFor(manager, row.id) };
  }
}
