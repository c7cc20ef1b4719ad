import { Bus } from '@chatbox/engine';
import { Injectable } from '@nestjs/common';
import { Logger } from '../common/logger.ts';
import { LiveKeys } from './keys/live-keys.ts';
import { LiveSessions } from './live-sessions.ts';
import { ACCOUNT_CHANGED } from './topics.ts';

/** Tells everybody who remembers whose a session or key is that the account's name, address or role has changed. */
@Injectable()
export class AccountChanged {
  constructor(
    private readonly live: LiveSessions,
    private readonly keys: LiveKeys,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  /** After the commit: this process knows at once, the others by the hint, or within a second where it is lost. */
  async announce(accountId: string): Promise<void> {
    this.live.forgetAccount(accountId);
    this.keys.forgetOwners();
    await this.bus.publish(ACCOUNT_CHANGED, accountId).catch((error: unknown) => {
      this.logger.warn({ err: error, accountId }, 'the hint that an account has changed was lost');
    });
  }
}
