/** Far beyond what a page sends when it comes back with all its subscriptions. */
const BURST_FRAMES = 300;
const MILLISECONDS_PER_FRAME = 20;
/** Frames that came and are not done yet; a client that waits for answers has a few. */
const MOST_WAITING = 200;
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** What one connection sends, against what it may: frames by a token bucket, and what waits here to be done. */
export class Inflow {
  /** When the bucket is full again; whole milliseconds, because a number with a fraction takes memory of its own. */
  private fullAt = 0;
  private waiting = 0;
  private waitingBytes = 0;

  /** False: this is a flood, and the frame must not be looked at. `now` is in milliseconds of any clock that goes evenly. */
  take(now = performance.now()): boolean {
    const fullAt = Math.max(this.fullAt, Math.floor(now)) + MILLISECONDS_PER_FRAME;
    if (fullAt > now + BURST_FRAMES * MILLISECONDS_PER_FRAME) return false;
    this.fullAt = fullAt;
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
