/** Far beyond what a page sends when it comes back with all its subscriptions. */
const BURST_FRAMES = 300;
const FRAMES_PER_SECOND = 50;
/** Frames that came and are not done yet; a client that waits for answers has a few. */
const MOST_WAITING = 200;
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** What one connection sends, against what it may: frames by a token bucket, and what waits here to be done. */
export class Inflow {
  private tokens = BURST_FRAMES;
  private filledAt: number;
  private waiting = 0;
  private waitingBytes = 0;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.filledAt = now();
  }

  /** False: this is a flood, and the frame must not be looked at. */
  take(): boolean {
    const now = this.now();
    const grown = ((now - this.filledAt) / 1000) * FRAMES_PER_SECOND;
    this.tokens = Math.min(BURST_FRAMES, this.tokens + grown);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** False: too much is waiting already. Otherwise `done` has to be called with the same size. */
  begin(bytes: number): boolean {
    if (this.waiting >= MOST_WAITING || this.waitingBytes + bytes > MOST_WAITING_BYTES) return false;
    this.waiting += 1;
    this.waitingBytes += bytes;
    return true;
  }

  done(bytes: number): void {
    this.waiting -= 1;
    this.waitingBytes -= bytes;
  }
}
