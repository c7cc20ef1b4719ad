import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../common/app-error.ts';

const TRIES = 5;
const WINDOW_MINUTES = 15;

/**
 * Owns the table `login_tries`: five failed sign-ins for an e-mail in 15 minutes. In the database and not where other limits are
 * counted, because neither a restart nor another replica nor a store that forgets may give a guesser more of them.
 */
@Injectable()
export class LoginTries {
  constructor(private readonly source: DataSource) {}

  /** Counts before the password is looked at, so that many at once are as many. Throws `auth.too_many_attempts`. */
  async count(email: string): Promise<{ isLast: boolean }> {
    const rows: { tries: number; seconds: number }[] = await this.source.query(
      `INSERT INTO login_tries AS t (email, tries, until)
       VALUES ($1, 1, clock_timestamp() + make_interval(mins => $2))
       ON CONFLICT (email) DO UPDATE SET
         tries = CASE WHEN t.until < clock_timestamp() THEN 1 ELSE least(t.tries + 1, $3) END,
         until = CASE WHEN t.until < clock_timestamp() THEN excluded.until ELSE t.until END
       RETURNING tries, extract(epoch FROM until - clock_timestamp())::float AS seconds`,
      [email, WINDOW_MINUTES, TRIES + 1],
    );
    const [row] = rows;
    if (!row) throw new Error('an insert returned no row');
    if (row.tries > TRIES)
      throw new AppError('auth.too_many_attempts', { retryAfterSeconds: Math.max(1, Math.ceil(row.seconds)) });
    return { isLast: row.tries === TRIES };
  }

  /** For a try that came to no result. */
  async giveBack(email: string): Promise<void> {
    await this.source.query('UPDATE login_tries SET tries = tries - 1 WHERE email = $1 AND tries > 0', [email]);
  }

  async forget(email: string): Promise<void> {
    await this.source.query('DELETE FROM login_tries WHERE email = $1', [email]);
  }
}
