import { type AccountStatus, mayChange, type Role } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { type AuditDetail, AuditLog, type From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { PersonalData } from '../../common/personal-data.ts';
import { AccountChanged } from '../account-changed.ts';
import { Credentials } from '../lifecycle/credentials.ts';
import { type EndReason, Sessions } from '../sessions.ts';
import { lockOwners } from './last-owner.ts';

interface Subject {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly status: string;
}

/** Who changes whom, from where. */
export interface Act {
  readonly who: Identity;
  readonly from: From;
  readonly personId: string;
}

/** What became of it: null where there was nothing to do. */
interface Outcome {
  readonly details: Record<string, AuditDetail>;
  /** Sessions, and keys, whose open connections have to go. */
  readonly ended: readonly string[];
}

interface Case {
  readonly manager: EntityManager;
  readonly subject: Subject;
  /** Throws `account.last_owner`. */
  readonly refuseLast: () => void;
}

/**
 * What the administration does to a person. Each is one transaction with its entry in the audit log, and is told to open sockets and
 * streams afterwards. All throw `account.not_found`, and `auth.forbidden` for somebody whom one may not touch.
 */
@Injectable()
export class PeopleChanges {
  constructor(
    private readonly source: DataSource,
    private readonly sessions: Sessions,
    private readonly credentials: Credentials,
    private readonly personalData: PersonalData,
    private readonly changed: AccountChanged,
    private readonly log: AuditLog,
  ) {}

  /** Throws `account.last_owner`. What the role allows counts within a second, also on open sockets. */
  async setRole(act: Act, role: Role): Promise<void> {
    if (!mayChange(act.who.role, role)) throw new AppError('auth.forbidden', { detail: 'You cannot give this role.' });
    await this.change(act, 'role_changed', async ({ manager, subject, refuseLast }) => {
      if (role === subject.role) return null;
      refuseLast();
      await manager.query('UPDATE account SET role = $2, updated_at = clock_timestamp() WHERE id = $1', [
        subject.id,
        role,
      ]);
      return { details: { before: subject.role, after: role }, ended: [] };
    });
  }

  /** All sessions end; keys rest until the person is back. Throws `account.last_owner`. */
  async suspend(act: Act): Promise<void> {
    await this.change(act, 'suspended', async ({ manager, subject, refuseLast }) => {
      if (subject.status === 'suspended') return null;
      refuseLast();
      await setStatus(manager, subject.id, 'suspended');
      return { details: { before: subject.status }, ended: await this.endEverything(manager, subject.id, 'suspended') };
    });
  }

  /** Throws `person.not_suspended`. */
  async unsuspend(act: Act): Promise<void> {
    await this.change(act, 'unsuspended', async ({ manager, subject }) => {
      if (subject.status !== 'suspended') throw new AppError('person.not_suspended');
      await setStatus(manager, subject.id, 'active');
      return { details: {}, ended: [] };
    });
  }

  /** Throws `person.not_pending`. */
  async approve(act: Act): Promise<void> {
    await this.change(act, 'approved', async ({ manager, subject }) => {
      if (subject.status !== 'pending') throw new AppError('person.not_pending');
      await setStatus(manager, subject.id, 'active');
      return { details: {}, ended: [] };
    });
  }

  /** Answers how many there were. */
  async endAllSessions(act: Act): Promise<number> {
    const ended = await this.change(act, 'sessions_ended', async ({ manager, subject }) => {
      const sessions = await this.sessions.endAllOf(manager, subject.id, null, 'ended_by_administrator');
      return { details: { sessions: sessions.length }, ended: sessions };
    });
    return ended.length;
  }

  /** For good, with everything that was theirs. Throws `account.last_owner`. */
  async remove(act: Act): Promise<void> {
    await this.source.transaction((manager) => this.open(manager, act));
    // The provider calls of the person end before the rows they would write to are gone.

    await Promise.all(this.personalData.all().map((records) => records.leave?.({ userId: act.personId })));
    await this.change(act, 'deleted', async ({ manager, subject, refuseLast }) => {
      refuseLast();
      const ended = await this.endEverything(manager, subject.id, 'account_deleted');
      await this.credentials.remove(manager, subject.id);
      return { details: { role: subject.role }, ended };
    });
  }

  private async change(
    act: Act,
    verb: string,
    work: (it: Case) => Promise<Outcome | null>,
  ): Promise<readonly string[]> {
    const ended = await this.source.transaction(async (manager) => {
      const it = await this.open(manager, act);
      const outcome = await work(it);
      if (!outcome) return [];
      const { id, email: name } = it.subject;
      const target = { kind: 'person', id, name };
      await this.log.record(manager, {
        actor: act.who,
        action: `person.${verb}`,
        target,
        from: act.from,
        details: outcome.details,
      });
      return outcome.ended;
    });
    await Promise.all([this.changed.announce(act.personId), ...ended.map((id) => this.sessions.announceEnd(id))]);
    return ended;
  }

  private async open(manager: EntityManager, { who, personId }: Act): Promise<Case> {
    const owners = await lockOwners(manager);
    const rows: Subject[] = await manager.query(
      'SELECT id, email, role, status FROM account WHERE id = $1 FOR UPDATE',
      [personId],
    );
    const [subject] = rows;
    if (!subject) throw new AppError('account.not_found');
    if (!mayChange(who.role, subject.role))
      throw new AppError('auth.forbidden', { detail: 'Only an owner can change owners and administrators.' });
    return { manager, subject, refuseLast: () => owners.refuseLast(subject.id) };
  }

  /** Keys do not end, but what is open by them does. */
  private async endEverything(manager: EntityManager, accountId: string, reason: EndReason): Promise<string[]> {
    const sessions = await this.sessions.endAllOf(manager, accountId, null, reason);
    const keys: { id: string }[] = await manager.query('SELECT id FROM api_key WHERE account_id = $1', [accountId]);
    return [...sessions, ...keys.map(({ id }) => id)];
  }
}

const setStatus = async (manager: EntityManager, id: string, status: AccountStatus): Promise<void> => {
  await manager.query('UPDATE account SET status = $2, updated_at = clock_timestamp() WHERE id = $1', [id, status]);
};
