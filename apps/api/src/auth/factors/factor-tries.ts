import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';

const TRIES = 5;
const WINDOW_MINUTES = 15;

/**
 * Owns the table `factor_tries`: five codes in 15 minutes for an account, whichever sign-in or session they come by; a right one starts
 * anew, a right password does not. In the database, because a million codes are few: neither a restart nor another replica gives
 * more tries.
 */
@Injectable()
export class FactorTries {
  constructor(private readonly source: DataSource) {}

  /** Counts before the code is looked at, so that many at once are as many. Throws `auth.too_many_attempts`. */
  async count(accountId: string): Promise<void> {
    const rows: { tries: number; seconds: number }[] = await this.source.query(
      `INSERT INTO factor_tries AS f (account_id, tries, until)
       VALUES ($1, 1, clock_timestamp() + make_interval(mins => $2))
       ON CONFLICT (account_id) DO UPDATE SET
         tries = CASE WHEN f.until < clock_timestamp() THEN 1 ELSE f.tries + 1 END,
         until = CASE WHEN f.until < clock_timestamp() THEN excluded.until ELSE f.until END
       RETURNING tries, extract(epoch FROM until - clock_timestamp())::float AS seconds`,
      [accountId, WINDOW_MINUTES],
    );
    const [row] = rows;
    if (!row) throw new Error('an insert returned no row');
    if (row.tries > TRIES)
      throw new AppError('auth.too_many_attempts', { retryAfterSeconds: Math.max(1, Math.ceil(row.seconds)) });
  }

  async forget(manager: EntityManager, accountId: string): Promise<void> {
    await manager.query('DELETE FROM factor_tries WHERE account_id = $1', [accountId]);
  }
}
