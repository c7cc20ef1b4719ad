import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { Metrics } from '../metrics/metrics.ts';

/** The time that a stopping process gives to what is under way. It ends early when somebody is in a hurry. */
@Injectable()
export class Drain {
  private readonly hurried = Promise.withResolvers<void>();

  private begun = false;

  constructor(
    private readonly config: Config,
    private readonly metrics: Metrics,
  ) {}

  /** The balancer sends nobody here any more, and nothing new begins. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Before anything is closed: the rooms are told one after the other, and some take their time. */
  begin(): void {
    this.begun = true;
    this.metrics.draining();
  }

  /** Waits for the work to end, or for the time to be over. */
  async patiently(work: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.config.DRAIN_SECONDS * 1_000);
    });
    await Promise.race([work, over, this.hurried.promise]);
    clearTimeout(timer);
  }

  /** From now on nothing is waited for; what is under way is still handed over. */
  hurry(): void {
    this.hurried.resolve();
  }
}
