import { Engine } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';

/** What is kept of DRAIN_SECONDS for the hand-over: text made durable, the lease given back, connections closed. */
const HAND_OVER_SHARE = 1 / 3;
const MOST_HAND_OVER_MILLISECONDS = 4_000;
/** Readers of a stopping server come back over this time, not all at once. */
const MOVE_SPREAD_MILLISECONDS = 3_000;

/** The time that a stopping process gives to what is under way. It ends early when somebody is in a hurry. */
@Injectable()
export class Drain {
  private readonly hurried = Promise.withResolvers<void>();
  private readonly worked = Promise.withResolvers<void>();
  private readonly leavings: (() => Promise<void>)[] = [];
  private readonly handOverMilliseconds: number;
  private readonly patienceMilliseconds: number;
  private began: number | undefined;
  private leaving: Promise<unknown> = Promise.resolve();

  constructor(
    { DRAIN_SECONDS }: Config,
    private readonly metrics: Metrics,
    private readonly engine: Engine,
  ) {
    this.handOverMilliseconds = Math.min(MOST_HAND_OVER_MILLISECONDS, DRAIN_SECONDS * 1_000 * HAND_OVER_SHARE);
    this.patienceMilliseconds = DRAIN_SECONDS * 1_000 - this.handOverMilliseconds;
  }

  /** The balancer sends nobody here any more, and nothing new begins. */
  get hasBegun(): boolean {
    return this.began !== undefined;
  }

  /** The most that one of the steps of a hand-over may take, so that all of them end in time. */
  get stepMilliseconds(): number {
    return this.handOverMilliseconds / 3;
  }

  /** Called once, in the moment in which it begins. What it returns is waited for, as answers are. */
  onBegin(leave: () => Promise<void>): void {
    this.leavings.push(leave);
  }

  /** Before anything is closed: the rooms are told one after the other, and some take their time. */
  begin(): void {
    if (this.hasBegun) return;
    this.began = performance.now();
    this.metrics.draining();
    this.leaving = Promise.all(this.leavings.map((leave) => leave()));
  }

  /**
   * Sends each of them away at a moment of its own, so that they do not come to the next server as one wave. All are told of
   * theirs at once; who has left the set by then is not waited for. Where there is no other server, all of them stay until the
   * work has ended, and see its end.
   */
  async spread<One>(
    present: ReadonlySet<One>,
    tell: (one: One, afterMilliseconds: number) => void,
    sendAway: (one: One) => void,
  ): Promise<void> {
    if (!this.engine.isShared) await this.worked.promise;
    const began = performance.now();
    const most = this.engine.isShared ? Math.min(MOVE_SPREAD_MILLISECONDS, this.patienceMilliseconds) : 0;
    const moments = [...present].map((one) => ({ one, after: Math.round(Math.random() * most) }));
    for (const { one, after } of moments) tell(one, after);
    for (const { one, after } of moments.sort((a, b) => a.after - b.after)) {
      if (!present.has(one)) continue;
      const milliseconds = began + after - performance.now();
      if (milliseconds > 0) await this.wait(milliseconds);
      sendAway(one);
    }
  }

  /** Waits for the work to end and for everybody to have left, or for the time to be over. */
  async patiently(work: Promise<unknown>): Promise<void> {
    const { resolve } = this.worked;
    work.then(
      () => resolve(),
      () => resolve(),
    );
    const since = performance.now() - (this.began ?? performance.now());
    await this.wait(this.patienceMilliseconds - since, Promise.all([work, this.leaving]));
    resolve();
  }

  /** From now on nothing is waited for; what is under way is still handed over. */
  hurry(): void {
    this.hurried.resolve();
  }

  private async wait(milliseconds: number, or?: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race(or ? [or, over, this.hurried.promise] : [over, this.hurried.promise]);
    clearTimeout(timer);
  }
}
