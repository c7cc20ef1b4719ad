import { randomUUID } from 'node:crypto';
import type { AuthResult, Register } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog } from '../common/audit-log.ts';
import { type Account, Accounts } from './accounts.ts';
import { Admission, type Newcomer } from './admission.ts';
import type { Device } from './arrival.ts';
import { Entry } from './entry.ts';
import { Outbox } from './mail/outbox.ts';
import { Passwords, refuseCommon } from './passwords.ts';

/** Any number: registrations take the same lock one after the other, so that there is exactly one first account. */
const REGISTRATION_LOCK = 4_242_002;

@Injectable()
export class Registration {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly admission: Admission,
    private readonly passwords: Passwords,
    private readonly entry: Entry,
    private readonly outbox: Outbox,
    private readonly log: AuditLog,
  ) {}

  /** Throws `auth.approval_pending` once the account is there, where it has to be approved first. */
  async register(draft: Register, device: Device): Promise<AuthResult> {
    // Once before the hash, so that a closed door costs nothing, and once more behind the lock, where it counts.
    await this.admission.admit(draft);
    await refuseCommon(draft.password, draft.email);
    const passwordHash = await this.passwords.hash(draft.password);
    const { result, account } = await this.source.transaction(async (manager) => {
      const account = await this.enrol(manager, draft, passwordHash);
      await this.outbox.add('verify_email', account.email, account.id, manager);
      const result =
        account.status === 'pending' ? null : await this.entry.open(manager, account, device, 'registration');
      return { result, account };
    });
    this.outbox.hurry();
    await this.recordEntry(account, device);
    if (!result) throw new AppError('auth.approval_pending');
    return result;
  }

  /**
   * Opens the account of whoever is let in, one at a time; it may have to be approved. Without a password: who signs in through a
   * provider. Call `recordEntry` after the commit.
   */
  async enrol(manager: EntityManager, draft: Newcomer, passwordHash: string | null): Promise<Account> {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [REGISTRATION_LOCK]);
    const admitted = await this.admission.admit(draft, manager);
    const { email, name = null } = draft;
    const { role, status } = admitted;
    const account = await this.accounts.add(manager, { id: randomUUID(), email, name, role, status, passwordHash });
    await this.admission.settle(admitted, account.id, manager);
    return account;
  }

  async recordEntry(account: Account, device: Device): Promise<void> {
    await this.log.record(null, {
      actor: { userId: account.id, email: account.email },
      action: 'person.registered',
      target: { kind: 'person', id: account.id, name: account.email },
      from: device,
      details: { role: account.role, status: account.status },
    });
  }
}
