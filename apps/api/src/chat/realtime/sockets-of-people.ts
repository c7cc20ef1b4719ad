import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { Metrics } from '../../metrics/metrics.ts';

/** Counts the open sockets of each person on this replica. */
@Injectable()
export class SocketsOfPeople {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly config: Config,
    private readonly metrics: Metrics,
  ) {}

  /** False: this person has as many as one may have. Otherwise call `leave` when the socket closes. */
  join(userId: string): boolean {
    const count = this.counts.get(userId) ?? 0;
    if (count >= this.config.SOCKETS_PER_PERSON) return false;
    this.counts.set(userId, count + 1);
    this.metrics.userConnected(userId);
    return true;
  }

  leave(userId: string): void {
    const count = (this.counts.get(userId) ?? 0) - 1;
    if (count > 0) this.counts.set(userId, count);
    else this.counts.delete(userId);
    this.metrics.userDisconnected(userId);
  }
}
