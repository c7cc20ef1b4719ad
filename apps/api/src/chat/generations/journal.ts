import { Injectable } from '@nestjs/common';
import { type Lease, NodeLease } from '../../cluster/node-lease.ts';
import { Logger } from '../../common/logger.ts';
import { Config } from '../../config/config.ts';
import { Metrics } from '../../metrics/metrics.ts';
import { type Span, Tracing } from '../../metrics/tracing/tracing.ts';
import { encodeFrames, type Frame } from './frames.ts';
import type { GenerationRow } from './generation-row.ts';
import { JournalStore } from './journal-store.ts';

/** Called in order, after the frames are durable; `seq` is the journal row that holds them. */
type OnDurable = (frames: readonly Frame[], seq: string) => void;
/** These will never be durable: what comes after them in their answers would follow a hole. */
type OnDropped = (frames: readonly Frame[]) => void;

interface Batch {
  frames: Map<string, Frame>;
  /** The calls of models whose traces are kept. */
  calls: Set<Span>;
  done: PromiseWithResolvers<void>;
}

const RETRY_MILLISECONDS = 200;
/** Above this, the runners wait before they read on from the provider. */
const HIGH_WATER = 4 * 1024 * 1024;

/**
 * Durable before visible: collects the frames of all generations of this node for a short window and commits them as one
 * row. The first frame after a pause goes at once; under load the window is at least as long as a commit takes, because
 * there is one writer and it starts again only when it is done. A commit that fails is tried again with the same frames
 * for as long as the lease is held; when the lease is gone the frames are dropped, nobody has seen them, and their answers are given up.
 */
@Injectable()
export class Journal {
  private batch = newBatch();
  private pending = 0;
  private inFlight: Batch | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastStart = 0;
  private onDurable: OnDurable = () => undefined;
  private onDropped: OnDropped = () => undefined;

  constructor(
    private readonly store: JournalStore,
    private readonly lease: NodeLease,
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly logger: Logger,
  ) {
    lease.onLost(() => this.drop());
  }

  listen(onDurable: OnDurable, onDropped: OnDropped): void {
    this.onDurable = onDurable;
    this.onDropped = onDropped;
  }

  append(frame: Frame): void {
    const key = `${keyOf(frame)}${frame.part}`;
    const earlier = this.batch.frames.get(key);
    if (earlier) {
      earlier.text += frame.text;
      earlier.position = frame.position;
    } else {
      this.batch.frames.set(key, { ...frame });
    }
    const call = this.tracing.current;
    if (call) this.batch.calls.add(call);
    this.pending += frame.text.length;
    this.schedule(frame.position === frame.text.length ? 0 : this.config.JOURNAL_WINDOW_MILLISECONDS);
  }

  /**
   * Resolves when all that was appended of this attempt is durable; rejects when it was dropped with the lease. What became of others, such
   * as those of an earlier lease of this node, says nothing of it.
   */
  async flushed({ id, attempt }: Pick<GenerationRow, 'id' | 'attempt'>): Promise<void> {
    const own = keyOf({ generationId: id, attempt });
    const isOf = ({ frames }: Batch): boolean => [...frames.keys()].some((key) => key.startsWith(own));
    await Promise.all(this.underWay.filter(isOf).map(({ done }) => done.promise));
  }

  /** Resolves when everything that was appended before is durable or dropped. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay.map(({ done }) => done.promise));
  }

  private get underWay(): Batch[] {
    const waiting = this.batch.frames.size > 0 ? [this.batch] : [];
    return this.inFlight ? [this.inFlight, ...waiting] : waiting;
  }

  /** Resolves at once unless the database cannot keep up. */
  async room(): Promise<void> {
    while (this.pending > HIGH_WATER) await this.settled();
  }

  /** The first words of an answer, for which somebody is waiting, do not wait for the window to pass. */
  private schedule(window: number): void {
    if (this.inFlight || (this.timer && window > 0)) return;
    clearTimeout(this.timer);
    const wait = this.lastStart + window - performance.now();
    this.timer = setTimeout(() => void this.write(), Math.max(0, wait));
  }

  private async write(): Promise<void> {
    this.timer = undefined;
    const batch = this.batch;
    if (batch.frames.size === 0) return;
    this.batch = newBatch();
    this.inFlight = batch;
    this.lastStart = performance.now();
    const frames = [...batch.frames.values()];
    try {
      const step = this.step(batch);
      const seq = await this.tracing.during(step, () => this.commit(frames));
      this.metrics.journalFlush((performance.now() - this.lastStart) / 1000, frames.length, step?.traceId);
      this.onDurable(frames, seq);
      batch.done.resolve();
    } catch (error) {
      batch.done.reject(error);
      this.onDropped(frames);
    } finally {
      for (const { text } of frames) this.pending -= text.length;
      this.inFlight = undefined;
      if (this.batch.frames.size > 0) this.schedule(this.config.JOURNAL_WINDOW_MILLISECONDS);
    }
  }

  /** One flush serves many answers: it is a step of the first whose trace is kept, and names the others. */
  private step({ calls, frames }: Batch): Span | undefined {
    const [first, ...others] = calls;
    if (!first) return undefined;
    return this.tracing.open('journal flush', 'internal', { 'chatbox.frames': frames.size }, first, others);
  }

  private async commit(frames: readonly Frame[]): Promise<string> {
    const encoded = encodeFrames(frames);
    const lease = this.lease.current;
    for (;;) {
      // The next lease is of another epoch: these frames would count for nothing.
      if (!lease || this.lease.current?.epoch !== lease.epoch) throw new LeaseGone();
      try {
        return await this.commitOnce(lease, encoded);
      } catch (error) {
        if (error instanceof LeaseGone) throw error;
        // The commit may have happened although the answer was lost: replay passes over what stands there twice.
        this.logger.warn({ err: error }, 'journal flush failed; trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      }
    }
  }

  private async commitOnce(lease: Lease, encoded: string): Promise<string> {
    const seq = await this.store.append(lease, encoded);
    if (seq !== undefined) return seq;
    void this.lease.refused(lease);
    throw new LeaseGone();
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { done, frames } = this.batch;
    if (frames.size === 0) return;
    this.batch = newBatch();
    for (const { text } of frames.values()) this.pending -= text.length;
    done.reject(new LeaseGone());
  }
}

/** The node lost its lease; whoever holds it now decides what becomes of the generation. */
export class LeaseGone extends Error {
  override readonly name = 'LeaseGone';
}

const keyOf = ({ generationId, attempt }: Pick<Frame, 'generationId' | 'attempt'>): string =>
  `${generationId} ${attempt} `;

function newBatch(): Batch {
  const done = Promise.withResolvers<void>();
  done.promise.catch(() => undefined);
  return { frames: new Map(), calls: new Set(), done };
}
