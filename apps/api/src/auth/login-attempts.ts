import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { Logger } from '../common/logger.ts';
import { InsuredLimitStore } from '../limits/when-the-store-is-away.ts';

const FAILURES = 5;
const WINDOW_SECONDS = 15 * 60;

/**
 * Five failed sign-ins for an e-mail in 15 minutes, whether it has an account or not; a success starts anew. Attempts for one e-mail
 * take turns, so that a burst of guesses cannot all be checked before the first of them is counted.
 */
@Injectable()
export class LoginAttempts {
  private readonly turns = new Map<string, Promise<void>>();

  constructor(
    private readonly source: DataSource,
    private readonly failures: InsuredLimitStore,
    private readonly logger: Logger,
  ) {}

  /** `attempt` answers null for wrong credentials. Throws `auth.bad_credentials` or `auth.too_many_attempts`. */
  async allow<T>(email: string, address: string | null, attempt: () => Promise<T | null>): Promise<T> {
    return this.inTurn(email, async () => {
      const state = await this.failures.read(keyOf(email));
      if (state !== null && state.points >= FAILURES)
        throw new AppError('auth.too_many_attempts', { retryAfterSeconds: Math.ceil(state.resetMilliseconds / 1000) });
      const result = await attempt();
      if (result === null) {
        await Promise.all([this.failures.spend(keyOf(email), WINDOW_SECONDS), this.record(email, address)]);
        throw new AppError('auth.bad_credentials');
      }
      await this.failures.forget(keyOf(email));
      return result;
    });
  }

  private inTurn<T>(email: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.turns.get(email) ?? Promise.resolve()).then(work);
    const done = mine.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(email, done);
    void done.then(() => {
      if (this.turns.get(email) === done) this.turns.delete(email);
    });
    return mine;
  }

  /** For whoever looks into it later; the limit does not depend on it. */
  async record(email: string, address: string | null): Promise<void> {
    try {
      await this.source.query('INSERT INTO login_failure (email, address) VALUES ($1, $2)', [email, address]);
    } catch (error) {
      this.logger.warn({ err: error }, 'a failed sign-in could not be recorded');
    }
  }
}

const keyOf = (email: string): string => `failed sign-ins ${email}`;
