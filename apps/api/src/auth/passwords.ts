import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { AppError } from '../common/app-error.ts';
import { Metrics } from '../metrics/metrics.ts';
import { isCommon } from './common-passwords.ts';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. The library's default variant is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Hashes run on libuv's four threads, which files and name lookups need too; each takes 19 MiB. One core stays free for the event loop,
 * so that who is signed in does not notice who signs in.
 */
export const AT_ONCE = Math.min(3, Math.max(1, availableParallelism() - 1));
/** A few seconds' worth. Whoever comes then is told to come back, rather than kept until nobody waits for the answer. */
export const WAITING_MAX = 200;

/** Verified in place of the hash of an account that does not exist, so that both take the same time. Nobody knows its password. */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$GaPT8WoSbf19cz/lOst/2w$h8PthIiEBwv+74LdDMJuXw/926h/FnrpKvsqEhjvAf4';

@Injectable()
export class Passwords {
  private readonly inTurn = pLimit(AT_ONCE);

  constructor(private readonly metrics: Metrics) {}

  hash(password: string): Promise<string> {
    return this.whenFree(() => hash(password, COST));
  }

  /** `encoded` is null where there is no such account: false, after the same work. */
  async matches(encoded: string | null, password: string): Promise<boolean> {
    const same = await this.whenFree(() => verify(encoded ?? NOBODY, password));
    return same && encoded !== null;
  }

  private async whenFree<T>(work: () => Promise<T>): Promise<T> {
    if (this.inTurn.pendingCount >= WAITING_MAX) throw new AppError('service.unavailable', { retryAfterSeconds: 5 });
    const asked = performance.now();
    return this.inTurn(() => {
      this.metrics.passwordWaited((performance.now() - asked) / 1000);
      return work();
    });
  }
}

/** Throws `auth.password_common` for what an attacker tries first (NIST SP 800-63B 3.1.1.2). */
export const refuseCommon = async (password: string, email: string): Promise<void> => {
  if (password.toLowerCase() === email || (await isCommon(password))) throw new AppError('auth.password_common');
};
