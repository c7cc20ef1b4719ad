import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** Every look is a wake-up of a process that may be idle, and a thousand looks a minute are enough. */
const RESOLUTION_MILLISECONDS = 50;
/** Several read the figures, each in its own rhythm; none of them may take the others' last seconds away. */
const LEAST_MILLISECONDS = 5_000;
const NANOSECONDS = 1e9;

/** How late this process comes to what is due, over the time since the last reading, or the five seconds before. */
export class EventLoop {
  private readonly histogram: ELDHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  private since = performance.now();
  private last: { p50: number; p99: number } | undefined;

  constructor() {
    this.histogram.enable();
  }

  /** Seconds. The measure itself is a timer: its own interval is taken off. */
  read(): { p50: number; p99: number } {
    const now = performance.now();
    if (this.last && now - this.since < LEAST_MILLISECONDS) return this.last;
    this.last = { p50: this.quantile(50), p99: this.quantile(99) };
    this.since = now;
    this.histogram.reset();
    return this.last;
  }

  stop(): void {
    this.histogram.disable();
  }

  private quantile(percentile: number): number {
    const nanoseconds = this.histogram.percentile(percentile) - RESOLUTION_MILLISECONDS * 1e6;
    return Math.max(0, nanoseconds) / NANOSECONDS;
  }
}
