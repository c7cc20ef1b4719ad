import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog, type From } from '../common/audit-log.ts';
import { Logger } from '../common/logger.ts';
import { Metrics } from '../metrics/metrics.ts';
import { LoginTries } from './login-tries.ts';

/**
 * Failed sign-ins for an e-mail, whether it has an account or not; a success starts anew. Attempts for one e-mail take turns in a
 * process, so that somebody who signs in many times at once is not taken for somebody who guesses.
 */
@Injectable()
export class LoginAttempts {
  private readonly turns = new Map<string, Promise<void>>();

  constructor(
    private readonly source: DataSource,
    private readonly tries: LoginTries,
    private readonly log: AuditLog,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  /** `attempt` answers null for wrong credentials. Throws `auth.bad_credentials` or `auth.too_many_attempts`. */
  async allow<T>(email: string, from: From, attempt: () => Promise<T | null>): Promise<T> {
    return this.inTurn(email, async () => {
      const { isLast } = await this.tries.count(email).catch((refusal: unknown) => {
        if (refusal instanceof AppError) this.metrics.login('limited');
        throw refusal;
      });
      const result = await attempt().catch(async (error: unknown) => {
        await this.tries.giveBack(email);
        throw error;
      });
      if (result === null) {
        await this.record(email, from.address);
        if (isLast) await this.recordBlock(email, from);
        throw new AppError('auth.bad_credentials');
      }
      await this.tries.forget(email);
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
    this.metrics.login('bad_credentials');
    try {
      await this.source.query('INSERT INTO login_failure (email, address) VALUES ($1, $2)', [email, address]);
    } catch (error) {
      this.logger.warn({ err: error }, 'a failed sign-in could not be recorded');
    }
  }

  /** One entry for five failures: single ones are in `login_failure`, where a flood of them can be forgotten again. */
  private recordBlock(email: string, from: From): Promise<void> {
    return this.log.record(null, {
      actor: null,
      action: 'sign_in.blocked',
      target: { kind: 'email', id: email, name: email },
      from,
    });
  }
}
