import type { AuthResult, Role } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { AuditLog } from '../../common/audit-log.ts';
import { Config } from '../../config/config.ts';
import { highestRole, roleMapOf } from '../../config/oidc-settings.ts';
import { returned } from '../../database/returned.ts';
import { AccountChanged } from '../account-changed.ts';
import { Accounts } from '../accounts.ts';
import type { Device } from '../arrival.ts';
import { Entry } from '../entry.ts';
import { SecondStep } from '../factors/second-step.ts';
import { IdTokens, type SignedInThere } from '../id-tokens.ts';
import { Identities } from '../identities.ts';
import { Credentials } from '../lifecycle/credentials.ts';
import { Registration } from '../registration.ts';
import type { PersonAtProvider } from './person-at-provider.ts';

/** Lets in whom the provider has shown to be somebody: finds the account, or opens one where registration allows it. */
@Injectable()
export class OidcEntry {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: Accounts,
    private readonly identities: Identities,
    private readonly credentials: Credentials,
    private readonly registration: Registration,
    private readonly entry: Entry,
    private readonly idTokens: IdTokens,
    private readonly secondStep: SecondStep,
    private readonly changed: AccountChanged,
    private readonly log: AuditLog,
    private readonly config: Config,
  ) {}

  /** Throws, besides what registration throws, `auth.factor_required` for an account that has a second factor here. */
  async enter(
    person: PersonAtProvider,
    there: SignedInThere,
    invitation: string | undefined,
    from: { device: Device; hostname: string },
  ): Promise<AuthResult> {
    const { accountId, isNew } = await this.source.transaction((manager) => this.find(manager, person, invitation));
    if (!isNew) await this.changed.announce(accountId);
    const account = await this.accounts.read(accountId);
    if (!account) throw new AppError('oidc.failed');
    if (isNew) await this.registration.recordEntry(account, from.device);
    if (account.status === 'active') {
      const { passwordHash } = await this.credentials.read(accountId);
      await this.secondStep.demand({ id: accountId, passwordHash }, from.hostname, there);
    }
    return this.source.transaction(async (manager) => {
      const result = await this.entry.open(manager, account, from.device, 'provider');
      await this.idTokens.keep(manager, result.session.id, there);
      return result;
    });
  }

  private async find(
    manager: EntityManager,
    person: PersonAtProvider,
    invitation: string | undefined,
  ): Promise<{ accountId: string; isNew: boolean }> {
    const known = (await this.identities.recognise(manager, person)) ?? (await this.linkByEmail(manager, person));
    const accountId = known ?? (await this.open(manager, person, invitation));
    await this.mapRole(manager, accountId, person.groups);
    return { accountId, isNew: known === null };
  }

  /** Connects the account of a live session. Throws `oidc.failed` where it has ended meanwhile, and `oidc.already_linked`. */
  async connect(person: PersonAtProvider, sessionId: string): Promise<void> {
    await this.source.transaction(async (manager) => {
      const rows: { accountId: string }[] = await manager.query(
        `SELECT s.account_id AS "accountId" FROM session s JOIN account a ON a.id = s.account_id
         WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND a.status = 'active'`,
        [sessionId],
      );
      const [live] = rows;
      if (!live) throw new AppError('oidc.failed');
      await this.identities.link(manager, live.accountId, person);
      await this.linked(manager, live.accountId, person);
      if (person.email !== null && person.emailVerified)
        await this.credentials.verify(manager, live.accountId, person.email);
    });
  }

  /**
   * Both sides must have shown that the address is theirs. An account whose address nobody ever verified may have been opened by
   * somebody else, who still knows its password: that person is not given the newcomer's identity.
   */
  private async linkByEmail(manager: EntityManager, person: PersonAtProvider): Promise<string | null> {
    const { email, emailVerified } = person;
    if (email === null || !emailVerified) throw new AppError('oidc.email_unverified');
    const rows: { id: string; verified: boolean }[] = await manager.query(
      `SELECT id, email_verified_at IS NOT NULL AS verified FROM account WHERE lower(email) = $1 FOR UPDATE`,
      [email],
    );
    const [found] = rows;
    if (!found) return null;
    if (!found.verified) throw new AppError('oidc.link_first');
    await this.identities.link(manager, found.id, person);
    await this.linked(manager, found.id, person);
    return found.id;
  }

  private async open(manager: EntityManager, person: PersonAtProvider, invitation?: string): Promise<string> {
    const { email, name } = person;
    if (email === null) throw new AppError('oidc.email_unverified');
    const account = await this.registration.enrol(manager, { email, name, invitation }, null);
    await this.credentials.verify(manager, account.id, email);
    await this.identities.link(manager, account.id, person);
    return account.id;
  }

  /** Where roles are mapped the provider decides, at every sign-in; about owners it never does. */
  private async mapRole(manager: EntityManager, accountId: string, groups: readonly string[]): Promise<void> {
    const map = this.config.OIDC_ROLE_MAP === undefined ? null : roleMapOf(this.config.OIDC_ROLE_MAP);
    if (!map) return;
    // Who is in none of the groups any more has at most what everybody has.
    const changed = returned<{ email: string; role: Role }>(
      await manager.query(
        `UPDATE account SET role = coalesce($2, 'member'), updated_at = clock_timestamp()
         WHERE id = $1 AND role <> 'owner' AND (role = 'admin' OR $2::text IS NOT NULL)
           AND role IS DISTINCT FROM coalesce($2, 'member') RETURNING email, role`,
        [accountId, highestRole(map, groups)],
      ),
    );
    for (const { email, role } of changed)
      await this.log.record(manager, {
        actor: null,
        action: 'person.role_changed',
        target: { kind: 'person', id: accountId, name: email },
        from: null,
        details: { role, by: 'sign-in provider' },
      });
  }

  private linked(manager: EntityManager, accountId: string, { issuer, email }: PersonAtProvider): Promise<void> {
    return this.log.record(manager, {
      actor: null,
      action: 'person.identity_linked',
      target: { kind: 'person', id: accountId },
      from: null,
      details: { issuer, email },
    });
  }
}
