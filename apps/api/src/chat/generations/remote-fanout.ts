import type { ServerEvent } from '@chatbox/contracts';
import { Bus, Engine } from '@chatbox/engine';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import type { Announcement } from './announcement.ts';
import { Fanout } from './fanout.ts';
import { Mirrors } from './mirrors.ts';

type Leave = () => Promise<void>;

/**
 * Takes announcements from node to node. A node listens to those conversations and accounts that somebody watches on it. What
 * is said of generations goes to the mirrors, which see holes and repetitions; a lost hint is read from the database.
 */
@Injectable()
export class RemoteFanout implements OnModuleInit {
  private readonly listening = new Map<string, { reasons: number; joined: Promise<Leave> }>();

  constructor(
    private readonly fanout: Fanout,
    private readonly mirrors: Mirrors,
    private readonly bus: Bus,
    private readonly engine: Engine,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    if (!this.engine.isShared) return;
    this.fanout.carriedBy((room, id, announcement) => this.carry(`${room} ${id}`, announcement));
    for (const rooms of [this.fanout.conversations, this.mirrors.mirrored])
      rooms.onKeys(
        (id) => this.listen(`conversation ${id}`, (event) => this.ofConversation(id, event)),
        (id) => this.leave(`conversation ${id}`),
      );
    this.fanout.accounts.onKeys(
      (id) => this.listen(`account ${id}`, (event) => this.fanout.accountHere(id, event)),
      (id) => this.leave(`account ${id}`),
    );
  }

  private carry(topic: string, { json }: Announcement): void {
    this.bus.publish(topic, `${this.engine.nodeId} ${json}`).catch(() => this.metrics.hintLost());
  }

  private ofConversation(conversationId: string, event: ServerEvent): void {
    const { type } = event;
    if (type === 'delta' || type === 'snapshot' || type === 'reset' || type === 'end')
      this.mirrors.hear(conversationId, event);
    else this.fanout.conversationHere(conversationId, event);
  }

  private listen(topic: string, onEvent: (event: ServerEvent) => void): void {
    const listening = this.listening.get(topic);
    if (listening) {
      listening.reasons += 1;
      return;
    }
    const joined = this.bus.subscribe(topic, (hint) => {
      const space = hint.indexOf(' ');
      if (hint.slice(0, space) !== this.engine.nodeId) onEvent(JSON.parse(hint.slice(space + 1)) as ServerEvent);
    });
    joined.catch((error: unknown) => this.logger.warn({ err: error }, 'hints of other nodes are not heard'));
    this.listening.set(topic, { reasons: 1, joined });
  }

  private leave(topic: string): void {
    const listening = this.listening.get(topic);
    if (!listening || --listening.reasons > 0) return;
    this.listening.delete(topic);
    listening.joined.then((leave) => leave()).catch(() => undefined);
  }
}
