/**
 * A common beat for many readers: all who wait go on together, at most every so many milliseconds. Tokens are shown together
 * anyway; fetched together, those of one stream arrive in one piece and cost one wake-up instead of several.
 */
export class Beat {
  private waiting: (() => void)[] = [];
  private last = 0;

  constructor(private readonly everyMilliseconds: number) {}

  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) > 1) return;
      setTimeout(() => this.strike(), Math.max(0, this.last + this.everyMilliseconds - performance.now()));
    });
  }

  private strike(): void {
    const { waiting } = this;
    this.waiting = [];
    this.last = performance.now();
    for (const goOn of waiting) goOn();
  }
}
