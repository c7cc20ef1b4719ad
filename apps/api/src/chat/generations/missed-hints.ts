import { Bus, Engine } from '@chatbox/engine';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { ConversationStore } from '../conversations/conversation-store.ts';
import { Fanout } from './fanout.ts';
import { GenerationStore } from './generation-store.ts';
import { Mirrors } from './mirrors.ts';

const TICK_MILLISECONDS = 700;
/** While hints can arrive, a lost one is rare. */
const PACE_WHILE_LIVE_MILLISECONDS = 5_000;
/** A change of a list is found for so long after it happened. */
const LOOK_BACK_SECONDS = 10;

/**
 * Reads what hints would have told of the conversations and lists that are watched here: often while no hint can arrive, now
 * and then while they can. One query for all conversations, one for all lists.
 */
@Injectable()
export class MissedHints implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lastLook = Number.NEGATIVE_INFINITY;
  private wasLive = true;
  /** Revisions that those who watch here have been told while no hint could arrive. */
  private told = new Map<string, number>();
  private toldLists = new Set<string>();

  constructor(
    private readonly conversations: ConversationStore,
    private readonly generations: GenerationStore,
    private readonly mirrors: Mirrors,
    private readonly fanout: Fanout,
    private readonly bus: Bus,
    private readonly engine: Engine,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.beforeReading(() => {
      this.metrics.hintsLive(this.bus.isLive);
      this.metrics.health('engine', this.bus.isLive);
    });
    if (!this.engine.isShared) return;
    this.timer = setInterval(() => this.tick(), TICK_MILLISECONDS);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private tick(): void {
    const isLive = this.bus.isLive;
    const isDue = !isLive || !this.wasLive || performance.now() - this.lastLook > PACE_WHILE_LIVE_MILLISECONDS;
    if (!isDue || this.looking) return;
    // The first look after hints are back still tells what was missed.
    const tellLists = !isLive || !this.wasLive;
    this.wasLive = isLive;
    this.lastLook = performance.now();
    this.looking = this.look(tellLists)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'could not read what no hint told'))
      .finally(() => {
        this.looking = undefined;
      });
  }

  private async look(tellLists: boolean): Promise<void> {
    const watched = [...this.fanout.conversations.keys()];
    for (const { id } of await this.generations.runningInAny(watched)) this.mirrors.notice(id);
    if (!tellLists) {
      this.told.clear();
      return;
    }
    await this.tellRevisions(watched);
    await this.tellLists();
  }

  private async tellRevisions(watched: readonly string[]): Promise<void> {
    const told = new Map<string, number>();
    for (const seen of watched.length === 0 ? [] : await this.conversations.revisions(watched)) {
      told.set(seen.conversationId, seen.revision);
      if (this.told.get(seen.conversationId) === seen.revision) continue;
      this.fanout.conversationHere(seen.conversationId, { type: 'heartbeat', conversations: [seen], generations: [] });
    }
    this.told = told;
  }

  private async tellLists(): Promise<void> {
    const accounts = [...this.fanout.accounts.keys()];
    if (accounts.length === 0) return;
    const told = new Set<string>();
    for (const { accountId, conversation, isDeleted } of await this.conversations.changed(
      accounts,
      LOOK_BACK_SECONDS,
    )) {
      const { id, revision } = conversation;
      told.add(`${id} ${revision}`);
      if (this.toldLists.has(`${id} ${revision}`)) continue;
      if (isDeleted) this.fanout.accountHere(accountId, { type: 'conversation_deleted', conversationId: id });
      else this.fanout.accountHere(accountId, { type: 'conversation', conversation });
    }
    this.toldLists = told;
  }
}
