import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** Every look is a wake-up of a process that may be idle, and a thousand looks a minute are enough. */
export const RESOLUTION_MILLISECONDS = 50;
/** As often as the history and a Prometheus look: nobody who does so misses anything, whoever else looks too. */
const WINDOW_MILLISECONDS = 15_000;
const NANOSECONDS = 1e9;

interface Delay {
  p50: number;
  p99: number;
}

/** How late this process comes to what is due. Several read it, each in its own rhythm: a reading takes nothing from the next reader. */
export class EventLoop {
  private readonly histogram: ELDHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  private since = performance.now();
  private before: Delay = { p50: 0, p99: 0 };

  constructor() {
    this.histogram.enable();
  }

  /** Seconds; the worse of the last whole window and the one that runs. The measure itself is a timer: its own interval is taken off. */
  read(): Delay {
    const now = performance.now();
    const current = { p50: this.quantile(50), p99: this.quantile(99) };
    const worse = {
      p50: Math.max(this.before.p50, current.p50),
      p99: Math.max(this.before.p99, current.p99),
    };
    if (now - this.since < WINDOW_MILLISECONDS) return worse;
    this.before = current;
    this.since = now;
    this.histogram.reset();
    return current;
  }

  stop(): void {
    this.histogram.disable();
  }

  private quantile(percentile: number): number {
    const nanoseconds = this.histogram.percentile(percentile) - RESOLUTION_MILLISECONDS * 1e6;
    return Math.max(0, nanoseconds) / NANOSECONDS;
  }
}
