import type { ChangePassword, ForgotPassword, ResetLink, ResetPassword } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { AuditLog, type From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { Outbox } from '../mail/outbox.ts';
import { Passwords, refuseCommon } from '../passwords.ts';
import { Sessions } from '../sessions.ts';
import { Credentials } from './credentials.ts';
import { Links } from './links.ts';
import { Proof } from './proof.ts';

/** Every way to another password. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly source: DataSource,
    private readonly credentials: Credentials,
    private readonly passwords: Passwords,
    private readonly proof: Proof,
    private readonly links: Links,
    private readonly sessions: Sessions,
    private readonly outbox: Outbox,
    private readonly log: AuditLog,
  ) {}

  /** All other sessions end: whoever knew the old password may have one. */
  async change(who: Identity, { currentPassword, newPassword }: ChangePassword, from: From): Promise<void> {
    await this.proof.demand(who, currentPassword, from);
    await refuseCommon(newPassword, who.email);
    await this.set(
      { accountId: who.userId, email: who.email, from, action: 'person.password_changed' },
      newPassword,
      who.sessionId,
    );
  }

  /** One row for known and unknown alike; what becomes of it is decided after the answer. Throws `mail.not_configured`. */
  async forgot({ email }: ForgotPassword): Promise<void> {
    this.outbox.refuseWithoutMail();
    await this.outbox.add('reset_password', email, null);
    this.outbox.hurry();
  }

  /** Throws `auth.link_invalid`; a password that is refused leaves the link as it was. All sessions end, and nobody is signed in. */
  async reset({ token, password }: ResetPassword, from: From): Promise<void> {
    const { accountId, email } = await this.links.look(token, 'reset_password');
    await refuseCommon(password, email);
    await this.set({ accountId, email, from, action: 'person.password_reset' }, password, null, token);
  }

  /** For the owner to hand over. Throws `account.not_found`. */
  async link(who: Identity, accountId: string, from: From): Promise<ResetLink> {
    const { email } = await this.credentials.read(accountId);
    const { path, expiresAt } = await this.links.make(
      { accountId, purpose: 'reset_password', email: email.toLowerCase() },
      who.userId,
    );
    await this.log.record(null, {
      actor: who,
      action: 'person.reset_link_made',
      target: { kind: 'person', id: accountId, name: email },
      from,
    });
    return { path, expiresAt: expiresAt.toISOString() };
  }

  private async set(
    { accountId, email, from, action }: { accountId: string; email: string; from: From; action: string },
    password: string,
    keptSession: string | null,
    token?: string,
  ): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    const ended = await this.source.transaction(async (manager) => {
      if (token !== undefined) {
        const link = await this.links.use(manager, token, ['reset_password']);
        if (link.accountId !== accountId) throw new AppError('auth.link_invalid');
      }
      await this.credentials.setPassword(manager, accountId, passwordHash);
      await this.links.revoke(manager, accountId, 'reset_password');
      await this.links.revoke(manager, accountId, 'change_email');
      await this.outbox.add('password_changed', email, accountId, manager);
      const target = { kind: 'person', id: accountId, name: email };
      await this.log.record(manager, { actor: { userId: accountId, email }, action, target, from });
      return this.sessions.endAllOf(manager, accountId, keptSession, 'password_changed');
    });
    await Promise.all(ended.map((sessionId) => this.sessions.announceEnd(sessionId)));
    this.outbox.hurry();
  }
}
