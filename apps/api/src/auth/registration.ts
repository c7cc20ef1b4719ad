import { randomUUID } from 'node:crypto';
import type { AuthResult, Register } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Accounts } from './accounts.ts';
import { Admission } from './admission.ts';
import type { Device } from './arrival.ts';
import { Entry } from './entry.ts';
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
  ) {}

  async register(draft: Register, device: Device): Promise<AuthResult> {
    // Once before the hash, so that a closed door costs nothing, and once more behind the lock, where it counts.
    await this.admission.admit(draft);
    refuseCommon(draft.password, draft.email);
    const passwordHash = await this.passwords.hash(draft.password);
    return this.source.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [REGISTRATION_LOCK]);
      const admitted = await this.admission.admit(draft, manager);
      const { email, name = null } = draft;
      const { role } = admitted;
      const account = await this.accounts.add(manager, { id: randomUUID(), email, name, role, passwordHash });
      await this.admission.settle(admitted, account.id, manager);
      return this.entry.open(manager, account, device);
    });
  }
}
