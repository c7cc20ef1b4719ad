import type { AccountStatus, Register, Role, Setup } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { Accounts } from './accounts.ts';
import { Invitations } from './invitations.ts';
import { InstallationSettings } from './settings.ts';

/** Who asks to be let in, as far as that decides it. */
export type Newcomer = Pick<Register, 'email' | 'name' | 'invitation'>;

/** What a newcomer is let in as, and by which invitation. */
export interface Admitted {
  readonly role: Role;
  /** `pending` where somebody has to approve. */
  readonly status: AccountStatus;
  readonly invitationId: string | null;
}

/** Who may open an account: the first one as the owner, the others as the owner has set. */
@Injectable()
export class Admission {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly settings: InstallationSettings,
    private readonly invitations: Invitations,
  ) {}

  async state(): Promise<Pick<Setup, 'needsOwner' | 'registration'>> {
    const [exist, { registration }] = await Promise.all([this.accounts.exist(), this.settings.read()]);
    return { needsOwner: !exist, registration };
  }

  /** Throws what stands in the way. Only behind the lock of `Registration` is the answer good for more than now. */
  async admit(draft: Newcomer, runner: Pick<EntityManager, 'query'> = this.source): Promise<Admitted> {
    if (!(await this.accounts.exist(runner))) return { role: 'owner', status: 'active', invitationId: null };
    const { registration } = await this.settings.read(runner);
    if (registration === 'closed') throw new AppError('auth.registration_closed');
    if (draft.invitation) {
      const invitation = await this.invitations.find(runner, draft.invitation, draft.email);
      if (!invitation) throw new AppError('auth.invitation_invalid');
      return { role: invitation.role, status: 'active', invitationId: invitation.id };
    }
    if (registration === 'invitation') throw new AppError('auth.invitation_required');
    return { role: 'member', status: registration === 'approval' ? 'pending' : 'active', invitationId: null };
  }

  async settle({ invitationId }: Admitted, accountId: string, manager: EntityManager): Promise<void> {
    if (invitationId) await this.invitations.use(manager, invitationId, accountId);
  }
}
