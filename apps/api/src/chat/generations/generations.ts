import type { Generation, Message } from '@chatbox/contracts';
import { Bus } from '@chatbox/engine';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Drain } from '../../cluster/drain.ts';
import { NodeLease } from '../../cluster/node-lease.ts';
import { AppError } from '../../common/app-error.ts';
import { Logger } from '../../common/logger.ts';
import { Metrics } from '../../metrics/metrics.ts';
import type { ResolvedModel } from '../../providers/provider.ts';
import type { Ownership } from '../access.ts';
import { Checkpoints } from './checkpoints.ts';
import { Fanout } from './fanout.ts';
import type { Frame } from './frames.ts';
import { type GenerationRow, toGeneration } from './generation-row.ts';
import { GenerationStore } from './generation-store.ts';
import { Journal } from './journal.ts';
import { LiveGeneration } from './live-generation.ts';
import { LiveGenerations } from './live-generations.ts';
import { Mirrors } from './mirrors.ts';
import { Reader } from './reader.ts';
import { Runner } from './runner.ts';

/** Hint: somebody asked to stop the generation of this id. Lost hints are found by the next checkpoint. */
const STOP_TOPIC = 'generation.stop';
/** How long the answer to "stop" waits for the terminal state; the request itself is durable before. */
const STOP_ANSWER_MILLISECONDS = 3_000;

/** What this node does with generations: starts, shows, stops, lets go. */
@Injectable()
export class Generations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly runs = new Set<Promise<void>>();

  constructor(
    private readonly store: GenerationStore,
    private readonly alive: LiveGenerations,
    private readonly runner: Runner,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly fanout: Fanout,
    private readonly reader: Reader,
    private readonly mirrors: Mirrors,
    private readonly bus: Bus,
    private readonly lease: NodeLease,
    private readonly drain: Drain,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {
    journal.listen(
      (frames, seq) => this.show(frames, seq),
      (frames) => this.giveUp(frames),
    );
    lease.onLost(() => this.letGo());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.bus.subscribe(STOP_TOPIC, (generationId) => this.abort(generationId));
    this.checkpoints.start((generationId) => this.abort(generationId));
  }

  refuseWhenDraining(): void {
    if (this.drain.hasBegun) throw new AppError('service.draining', { retryAfterSeconds: 1 });
  }

  /**
   * Runs the first attempt of what was asked here a moment ago. Where the database took longer than the lease, it is an orphan
   * already: what this node journals by its next lease would not count for it.
   */
  start(row: GenerationRow, model: ResolvedModel): void {
    if (!this.lease.isOf(row.epoch)) this.mirrors.notice(row.id);
    // Where the beginning was kept waiting, it may have been taken for adrift, and goes on already.
    else if (!this.alive.get(row.id)) this.run(new LiveGeneration(row), model);
  }

  /** Runs the next attempt of a generation that was claimed, from what was durable of it. */
  goOn(row: GenerationRow, durableParts: Message['parts']): void {
    const live = new LiveGeneration(row, durableParts);
    this.run(live);
    this.fanout.toGeneration(row.conversationId, live.reset());
  }

  private run(live: LiveGeneration, model?: ResolvedModel): void {
    // An earlier attempt that has not noticed yet that it is over.
    this.alive.get(live.row.id)?.letGo();
    this.alive.add(live);
    const started = performance.now();
    this.metrics.generationStarted();
    const run = this.runner.run(live, model).finally(() => {
      this.alive.remove(live);
      this.runs.delete(run);
      this.metrics.generationEnded(live.ended ?? 'lost', (performance.now() - started) / 1000);
      // Another node goes on with it, or has already ended it: those who watch here must not wait for a word of this one.
      if (!live.ended) this.mirrors.notice(live.row.id);
    });
    this.runs.add(run);
  }

  async read({ generationId }: Ownership & { generationId: string }): Promise<Generation> {
    const row = await this.store.read(generationId);
    if (!row) throw new AppError('generation.not_found');
    return toGeneration(row);
  }

  /** Durable before it is acknowledged; works wherever the generation runs. Stopping what has ended changes nothing. */
  async stop({ generationId }: Ownership & { generationId: string }): Promise<Generation> {
    if (await this.store.requestStop(generationId)) {
      const ended = this.untilEnd(generationId);
      await this.bus
        .publish(STOP_TOPIC, generationId)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'a stop hint was lost'));
      await ended;
    }
    const row = await this.store.read(generationId);
    if (!row) throw new AppError('generation.not_found');
    return toGeneration(row);
  }

  /** A message as its readers see it: what is durable now, not what the last checkpoint had. */
  asShown(message: Message): Message {
    const live = message.generation && this.alive.get(message.generation.id);
    if (!live) return message;
    const { shown } = live;
    return { ...message, content: shown.plain, parts: shown.parts, position: shown.position };
  }

  /** Takes no new work, lets short answers finish, then hands the rest over by giving the lease back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.drain.begin();
    await this.drain.patiently(Promise.all(this.runs));
    await Promise.race([this.journal.settled(), after(this.drain.stepMilliseconds)]);
    await this.checkpoints.stop();
    this.letGo();
    await Promise.race([Promise.all(this.runs), after(this.drain.stepMilliseconds)]);
    await this.lease.release();
  }

  private show(frames: readonly Frame[], seq: string): void {
    for (const frame of frames) {
      const live = this.alive.get(frame.generationId);
      if (live?.row.attempt !== frame.attempt) continue;
      this.fanout.toGeneration(live.row.conversationId, live.commit(frame));
    }
    this.checkpoints.durableUpTo(seq);
  }

  /** Also where the lease turned out to hold: what was said is taken up again from what is durable of it. */
  private giveUp(frames: readonly Frame[]): void {
    for (const { generationId, attempt } of frames) {
      const live = this.alive.get(generationId);
      if (live?.row.attempt !== attempt) continue;
      this.alive.remove(live);
      live.letGo();
    }
  }

  private abort(generationId: string): void {
    const live = this.alive.get(generationId);
    if (!live) return;
    live.stopRequested = true;
    live.abort.abort();
  }

  /** The lease is gone or given back: end the provider calls, leave the generations to whoever takes them. */
  private letGo(): void {
    for (const live of this.alive.all()) {
      this.alive.remove(live);
      live.letGo();
    }
  }

  private untilEnd(generationId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const leave = this.reader.follow(generationId, undefined, ({ type }) => {
      if (type === 'end') resolve();
    });
    return Promise.race([promise, after(STOP_ANSWER_MILLISECONDS)]).finally(leave);
  }
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
