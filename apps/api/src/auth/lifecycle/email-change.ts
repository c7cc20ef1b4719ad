import type { ChangeEmail, VerifiedEmail, VerifyEmail } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, type From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { AccountChanged } from '../account-changed.ts';
import { Outbox } from '../mail/outbox.ts';
import { Credentials } from './credentials.ts';
import { Links } from './links.ts';
import { Proof } from './proof.ts';

/** The address of an account, and whether it was ever shown to be the person's. */
@Injectable()
export class EmailChange {
  constructor(
    private readonly source: DataSource,
    private readonly credentials: Credentials,
    private readonly proof: Proof,
    private readonly links: Links,
    private readonly outbox: Outbox,
    private readonly changed: AccountChanged,
    private readonly log: AuditLog,
  ) {}

  /** Throws `mail.not_configured`. */
  async askToVerify(who: Identity): Promise<void> {
    this.outbox.refuseWithoutMail();
    await this.outbox.add('verify_email', who.email.toLowerCase(), who.userId);
    this.outbox.hurry();
  }

  /** The answer does not say whether the new address has an account already; then no letter goes out. */
  async askToChange(who: Identity, { email, password }: ChangeEmail, from: From): Promise<void> {
    this.outbox.refuseWithoutMail();
    await this.proof.demand(who, password, from);
    await this.outbox.add('change_email', email, who.userId);
    this.outbox.hurry();
  }

  /** Throws `auth.link_invalid` or, when somebody else was faster, `auth.email_taken`. */
  async verify({ token }: VerifyEmail, from: From): Promise<VerifiedEmail> {
    const { accountId, ...result } = await this.source.transaction(async (manager) => {
      const { accountId, purpose, email } = await this.links.use(manager, token, ['verify_email', 'change_email']);
      if (purpose === 'verify_email') {
        await this.credentials.verify(manager, accountId, email);
        await this.log.record(manager, {
          actor: { userId: accountId, email },
          action: 'person.email_verified',
          target: { kind: 'person', id: accountId, name: email },
          from,
        });
        return { accountId, email, changed: false };
      }
      const before = await this.credentials.changeEmail(manager, accountId, email);
      await this.outbox.add('email_changed', before, accountId, manager);
      await this.log.record(manager, {
        actor: { userId: accountId, email: before },
        action: 'person.email_changed',
        target: { kind: 'person', id: accountId, name: email },
        from,
        details: { before, after: email },
      });
      return { accountId, email, changed: true };
    });
    await this.changed.announce(accountId);
    this.outbox.hurry();
    return result;
  }
}
