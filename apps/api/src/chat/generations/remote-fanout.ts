import type { ServerEvent } from '@chatbox/contracts';
import { Bus, Engine } from '@chatbox/engine';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import type { Announcement } from './announcement.ts';
import { Fanout } from './fanout.ts';
import { Mirrors } from './mirrors.ts';

type Leave = () => Promise<void>;

/** Hint: this topic is listened to for the words of an answer that runs elsewhere. */
const LISTENING = 'listening';
/** Where nobody listened, words are not told for so long; who begins to listen meanwhile says so, and this is for when that is lost. */
const UNHEARD_MILLISECONDS = 2_000;

/**
 * Takes announcements from node to node. A node listens to those conversations and accounts that somebody watches on it. What
 * is said of generations goes to the mirrors, which see holes and repetitions; a lost hint is read from the database. The words
 * of an answer, of which there are many, go only where another node listens.
 */
@Injectable()
export class RemoteFanout implements OnModuleInit {
  private readonly listening = new Map<string, { reasons: number; joined: Promise<Leave> }>();
  /** Topics to which no other node listened, and until when that is believed. */
  private readonly unheard = new Map<string, number>();
  /** When another node last said that it listens: what was told before may have been told too early for it. */
  private listenedAt = 0;

  constructor(
    private readonly fanout: Fanout,
    private readonly mirrors: Mirrors,
    private readonly bus: Bus,
    private readonly engine: Engine,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.engine.isShared) return;
    await this.bus.subscribe(LISTENING, (topic) => {
      this.listenedAt = performance.now();
      this.unheard.delete(topic);
    });
    this.fanout.carriedBy((room, id, announcement) => this.carry(`${room} ${id}`, announcement));
    const hear = (id: string): Promise<Leave> =>
      this.listen(`conversation ${id}`, (event) => this.ofConversation(id, event));
    const leave = (id: string): void => this.leave(`conversation ${id}`);
    this.fanout.conversations.onKeys((id) => void hear(id), leave);
    this.mirrors.mirrored.onKeys((id) => {
      hear(id)
        .then(() => this.bus.publish(LISTENING, `conversation ${id}`))
        .catch(() => this.metrics.hintLost());
    }, leave);
    this.fanout.accounts.onKeys(
      (id) => void this.listen(`account ${id}`, (event) => this.fanout.accountHere(id, event)),
      (id) => this.leave(`account ${id}`),
    );
  }

  private carry(topic: string, announcement: Announcement): void {
    const isDelta = announcement.event.type === 'delta';
    const told = performance.now();
    if (isDelta && told < (this.unheard.get(topic) ?? 0)) return;
    this.bus.publish(topic, `${this.engine.nodeId} ${announcement.json}`).then(
      (others) => {
        if (isDelta && others === 0 && this.listenedAt < told) this.unheard.set(topic, told + UNHEARD_MILLISECONDS);
        else this.unheard.delete(topic);
      },
      () => this.metrics.hintLost(),
    );
  }

  private ofConversation(conversationId: string, event: ServerEvent): void {
    const { type } = event;
    if (type === 'delta' || type === 'snapshot' || type === 'reset' || type === 'end')
      this.mirrors.hear(conversationId, event);
    else this.fanout.conversationHere(conversationId, event);
  }

  private listen(topic: string, onEvent: (event: ServerEvent) => void): Promise<Leave> {
    const listening = this.listening.get(topic);
    if (listening) {
      listening.reasons += 1;
      return listening.joined;
    }
    const joined = this.bus.subscribe(topic, (hint) => {
      const space = hint.indexOf(' ');
      if (hint.slice(0, space) !== this.engine.nodeId) onEvent(JSON.parse(hint.slice(space + 1)) as ServerEvent);
    });
    joined.catch((error: unknown) => this.logger.warn({ err: error }, 'hints of other nodes are not heard'));
    this.listening.set(topic, { reasons: 1, joined });
    return joined;
  }

  private leave(topic: string): void {
    const listening = this.listening.get(topic);
    if (!listening || --listening.reasons > 0) return;
    this.listening.delete(topic);
    listening.joined.then((leave) => leave()).catch(() => undefined);
  }
}
