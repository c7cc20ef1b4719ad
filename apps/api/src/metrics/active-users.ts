const ACTIVE_MILLISECONDS = 5 * 60_000;
/** More people than one replica serves within five minutes; beyond it those who were seen first are forgotten. */
const MOST = 100_000;

/** Counts people, each once: who is connected, and who asked for something within the last five minutes. */
export class ActiveUsers {
  /** By the time they were last seen, the longest ago first. */
  private readonly seenAt = new Map<string, number>();
  private readonly connections = new Map<string, number>();

  seen(userId: string, now = performance.now()): void {
    this.seenAt.delete(userId);
    this.seenAt.set(userId, now);
    if (this.seenAt.size <= MOST) return;
    const [first] = this.seenAt.keys();
    if (first !== undefined) this.seenAt.delete(first);
  }

  connected(userId: string): void {
    this.connections.set(userId, (this.connections.get(userId) ?? 0) + 1);
  }

  disconnected(userId: string, now = performance.now()): void {
    const left = (this.connections.get(userId) ?? 0) - 1;
    if (left > 0) this.connections.set(userId, left);
    else this.connections.delete(userId);
    this.seen(userId, now);
  }

  count(now = performance.now()): number {
    for (const [userId, at] of this.seenAt) {
      if (now - at < ACTIVE_MILLISECONDS) break;
      this.seenAt.delete(userId);
    }
    let both = 0;
    for (const userId of this.connections.keys()) if (this.seenAt.has(userId)) both += 1;
    return this.seenAt.size + this.connections.size - both;
  }
}
