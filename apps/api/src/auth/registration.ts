import { randomUUID } from 'node:crypto';
import type { Register, Role, Setup } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { Accounts } from './accounts.ts';
import type { Device } from './arrival.ts';
import { Invitations } from './invitations.ts';
import { Passwords, refuseCommon } from './passwords.ts';
import { InstallationSettings } from './settings.ts';
import { type SignedIn, SignIn } from './sign-in.ts';

/** Any number: registrations take the same lock one after the other, so that there is exactly one first account. */
const REGISTRATION_LOCK = 4_242_002;

interface Admission {
  readonly role: Role;
  readonly invitationId: string | null;
}

/** Who may open an account, and as what. */
@Injectable()
export class Registration {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly settings: InstallationSettings,
    private readonly invitations: Invitations,
    private readonly passwords: Passwords,
    private readonly signIn: SignIn,
  ) {}

  async state(): Promise<Pick<Setup, 'needsOwner' | 'registration'>> {
    const [exist, { registration }] = await Promise.all([this.accounts.exist(), this.settings.read()]);
    return { needsOwner: !exist, registration };
  }

  async register(draft: Register, device: Device): Promise<SignedIn> {
    // Once before the hash, so that a closed door costs nothing, and once more behind the lock, where it counts.
    await this.admit(this.source, draft);
    refuseCommon(draft.password, draft.email);
    const passwordHash = await this.passwords.hash(draft.password);
    return this.source.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [REGISTRATION_LOCK]);
      const { role, invitationId } = await this.admit(manager, draft);
      const { email, name = null } = draft;
      const account = await this.accounts.add(manager, { id: randomUUID(), email, name, role, passwordHash });
      if (invitationId) await this.invitations.use(manager, invitationId, account.id);
      return this.signIn.open(manager, account, device);
    });
  }

  private async admit(runner: Pick<EntityManager, 'query'>, draft: Register): Promise<Admission> {
    if (!(await this.accounts.exist(runner))) return { role: 'owner', invitationId: null };
    const { registration } = await this.settings.read(runner);
    if (registration === 'closed') throw new AppError('auth.registration_closed');
    if (draft.invitation) {
      const invitation = await this.invitations.find(runner, draft.invitation, draft.email);
      if (!invitation) throw new AppError('auth.invitation_invalid');
      return { role: invitation.role, invitationId: invitation.id };
    }
    if (registration === 'invitation') throw new AppError('auth.invitation_required');
    return { role: 'member', invitationId: null };
  }
}
