import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';

/** How often a use is written down, at most. */
const NOTED_SECONDS = 60;

/**
 * How long a session lives: so many days from the sign-in, and so many hours from its last use, whichever ends first. The row says so in
 * `expires_at`, which each use puts off; so whoever asks whether a session lives looks at one column.
 */
@Injectable()
export class SessionLifetime {
  /** SQL: the end of a session that is used now; `createdAt` is SQL too. */
  readonly endFrom: (createdAt: string) => string;
  /** SQL, on a `session s` that is used now: that is worth a write. */
  readonly isStale: string;

  constructor({ SESSION_LIFETIME_DAYS, SESSION_IDLE_HOURS }: Config) {
    const [longest, idle] = [SESSION_LIFETIME_DAYS * 86_400, SESSION_IDLE_HOURS * 3600].map(interval);
    this.endFrom = (createdAt) => `least(${createdAt} + ${longest}, clock_timestamp() + ${idle})`;
    this.isStale = `s.last_used_at < clock_timestamp() - ${interval(NOTED_SECONDS)}`;
  }
}

const interval = (seconds: number): string => `make_interval(secs => ${seconds})`;
