import type { Place } from '@chatbox/contracts';
import { Bus } from '@chatbox/engine';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Logger } from '../../common/logger.ts';
import { Multimap } from '../../common/multimap.ts';
import { DurableGenerations } from './durable-generations.ts';
import { Fanout, type GenerationEvent, type Watcher } from './fanout.ts';
import { wholeOf } from './lacking.ts';
import { LiveGenerations } from './live-generations.ts';
import { Mirror, type Read } from './mirror.ts';

/** Somebody who wants to see a generation. `meet` is called once, in the turn of the event loop in which it is up to date. */
export interface Newcomer {
  gone: boolean;
  /** What they have been shown already, by whichever node. */
  readonly place: Place | undefined;
  /** What hears of it afterwards. */
  readonly watcher: Watcher;
  meet(known: UpToDate): void;
}

/** Knows all there is to show at this moment. */
export interface UpToDate {
  catchUp(place: Place | undefined): GenerationEvent[];
}

/** Waits to be read; `isNews` where those who watch here may not know how it stands, also where it has ended. */
interface Opening {
  newcomers: Newcomer[];
  isNews: boolean;
}

interface Kept {
  mirror: Mirror;
  /** When to read next, by this process's clock, and whether a reading is under way. */
  due: number;
  reading: boolean;
  /** Those who know more than this node does. */
  ahead: Newcomer[];
}

const TICK_MILLISECONDS = 100;
/** How often is read what no hint tells of: while hints arrive, while they could, and while they cannot. */
const PACE = { told: 2_000, quiet: 1_000, alone: 300 };
/** Hints may come late; for so long nobody takes one for the beginning of something new. */
const ENDED_REMEMBERED_MILLISECONDS = 60_000;

/** Shows generations that this node does not own to those who watch here: one mirror each, however many watch. */
@Injectable()
export class Mirrors implements OnApplicationBootstrap, OnApplicationShutdown {
  /** By conversation. */
  readonly mirrored = new Multimap<Mirror>();
  private readonly kept = new Map<string, Kept>();
  private readonly openings = new Map<string, Opening>();
  private readonly ended = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly durable: DurableGenerations,
    private readonly alive: LiveGenerations,
    private readonly fanout: Fanout,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), TICK_MILLISECONDS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    this.closed = true;
    clearInterval(this.timer);
  }

  show(generationId: string, newcomer: Newcomer): void {
    const kept = this.kept.get(generationId);
    if (!kept) this.open(generationId).newcomers.push(newcomer);
    else if (kept.mirror.isBehind(newcomer.place)) this.wait(kept, newcomer);
    else newcomer.meet(kept.mirror);
  }

  /** A generation that runs elsewhere and is watched here, found by whatever way. Nothing new where it is shown already. */
  notice(generationId: string): void {
    if (!this.isKnown(generationId)) this.open(generationId).isNews = true;
  }

  /** What another node said of its generation. */
  hear(conversationId: string, event: GenerationEvent): void {
    const { generationId } = event;
    if (this.alive.get(generationId) || this.ended.has(generationId)) return;
    const opening = this.openings.get(generationId);
    if (opening) opening.isNews = true;
    const begins = event.type === 'delta' && event.attempt === 1 && event.position === event.text.length;
    if (!opening && begins && !this.kept.has(generationId)) this.keep(Mirror.unspoken(generationId, conversationId));
    const kept = this.kept.get(generationId);
    if (!kept) {
      this.notice(generationId);
      return;
    }
    const said = kept.mirror.hear(event);
    if (said === 'unsure') kept.due = 0;
    else if (said) {
      kept.due = performance.now() + PACE.told;
      this.tell(kept, [said]);
    }
    if (kept.due === 0) this.look(kept);
  }

  private isKnown(generationId: string): boolean {
    return (
      this.alive.get(generationId) !== undefined ||
      this.kept.has(generationId) ||
      this.openings.has(generationId) ||
      this.ended.has(generationId)
    );
  }

  private open(generationId: string): Opening {
    const opening = this.openings.get(generationId) ?? { newcomers: [], isNews: false };
    if (this.openings.has(generationId)) return opening;
    this.openings.set(generationId, opening);
    void this.readFirst(generationId).then((read) => {
      this.openings.delete(generationId);
      this.opened(generationId, read, opening);
    });
    return opening;
  }

  private async readFirst(generationId: string): Promise<Read | undefined> {
    while (!this.closed) {
      try {
        return await this.durable.read(generationId);
      } catch (error) {
        this.logger.warn({ err: error, generationId }, 'a generation could not be read; trying again');
        await new Promise((resolve) => setTimeout(resolve, PACE.alone));
      }
    }
    return undefined;
  }

  /** Who watches already is told the whole, because nobody knows what they were shown before. */
  private opened(generationId: string, read: Read | undefined, { newcomers, isNews }: Opening): void {
    const live = this.alive.get(generationId);
    const waiting = newcomers.filter(({ gone }) => !gone);
    if (live) for (const newcomer of waiting) newcomer.meet(live);
    if (live || !read) return;
    const mirror = new Mirror(generationId, read.conversationId, read);
    for (const newcomer of waiting) newcomer.meet(mirror);
    const met = watchersOf(waiting);
    if (isNews || (!read.end && read.answer.position > 0))
      this.fanout.generationHere(read.conversationId, wholeOf(read), met);
    if (!read.end) this.keep(mirror);
    else if (isNews) {
      this.ended.set(generationId, performance.now());
      this.fanout.generationHere(read.conversationId, read.end, met);
    }
  }

  private keep(mirror: Mirror): void {
    this.mirrored.add(mirror.conversationId, mirror);
    this.kept.set(mirror.generationId, {
      mirror,
      due: performance.now() + this.pace(false),
      reading: false,
      ahead: [],
    });
  }

  private drop({ mirror, ahead }: Kept): void {
    this.kept.delete(mirror.generationId);
    this.mirrored.delete(mirror.conversationId, mirror);
    for (const newcomer of ahead.splice(0)) this.open(mirror.generationId).newcomers.push(newcomer);
  }

  /** Until the next reading: what was shown is not taken back because a hint is late. */
  private wait(kept: Kept, newcomer: Newcomer): void {
    kept.ahead.push(newcomer);
    kept.due = 0;
    this.look(kept);
  }

  private tick(): void {
    const now = performance.now();
    for (const kept of this.kept.values()) {
      const { generationId, conversationId } = kept.mirror;
      const isWatched = this.fanout.generations.has(generationId) || this.fanout.conversations.has(conversationId);
      const isAwaited = kept.ahead.some(({ gone }) => !gone);
      if (!(isWatched || isAwaited) || this.alive.get(generationId)) this.drop(kept);
      else if (now >= kept.due) this.look(kept);
    }
    // Those whose generation ran here until the lease was lost.
    for (const generationId of this.fanout.generations.keys()) this.notice(generationId);
    for (const [generationId, at] of this.ended) {
      if (now - at < ENDED_REMEMBERED_MILLISECONDS) break;
      this.ended.delete(generationId);
    }
  }

  private look(kept: Kept): void {
    if (kept.reading) return;
    kept.reading = true;
    kept.due = Number.POSITIVE_INFINITY;
    this.readAgain(kept)
      .catch((error: unknown) => {
        this.logger.warn({ err: error, generationId: kept.mirror.generationId }, 'a generation could not be read');
        return true;
      })
      .then((isNew) => {
        kept.reading = false;
        kept.due = Math.min(kept.due, performance.now() + this.pace(isNew));
        if (kept.due === 0) this.look(kept);
      });
  }

  /** Whether there was something that no hint had told. */
  private async readAgain(kept: Kept): Promise<boolean> {
    const { mirror } = kept;
    const { generationId, version } = mirror;
    const awaiting = kept.ahead.slice();
    const read = await this.durable.read(generationId);
    if (this.kept.get(generationId) !== kept || this.alive.get(generationId)) return false;
    if (!read) {
      this.drop(kept);
      return false;
    }
    // Hints were faster than this reading.
    if (mirror.version !== version && !mirror.goesOn(read)) return true;
    const events = mirror.learn(read);
    const met = watchersOf(kept.ahead);
    kept.ahead = kept.ahead.filter((newcomer) => !awaiting.includes(newcomer));
    for (const newcomer of awaiting) if (!newcomer.gone) newcomer.meet(mirror);
    this.tell(kept, events, met);
    return events.length > 0;
  }

  private pace(isNew: boolean): number {
    return this.bus.isLive && !isNew ? PACE.quiet : PACE.alone;
  }

  /** Those who wait for a reading are told by that. */
  private tell(kept: Kept, events: readonly GenerationEvent[], told = watchersOf(kept.ahead)): void {
    const { generationId, conversationId } = kept.mirror;
    for (const event of events) {
      if (event.type === 'end') this.drop(kept);
      if (event.type === 'end') this.ended.set(generationId, performance.now());
      this.fanout.generationHere(conversationId, event, told);
    }
  }
}

const watchersOf = (newcomers: readonly Newcomer[]): ReadonlySet<Watcher> =>
  new Set(newcomers.filter(({ gone }) => !gone).map(({ watcher }) => watcher));
