import {
  type AddPasskey,
  type FactorKind,
  mayChange,
  type Factors as OwnFactors,
  type Passkey,
  type PasskeyAdded,
  type RecoveryCodes as ShownCodes,
  type TotpAdded,
} from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import type { AuditEntry, From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { Accounts } from '../accounts.ts';
import type { OwnPage } from '../request-origin.ts';
import { InstallationSettings } from '../settings.ts';
import { FactorChanges } from './factor-changes.ts';
import { PasskeyCeremonies } from './passkey-ceremonies.ts';
import { Passkeys, toPasskey } from './passkeys.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { Totp } from './totp.ts';

/** The factors of an account as a whole: three kinds, of which recovery codes count for nothing alone. */
@Injectable()
export class Factors {
  constructor(
    private readonly totp: Totp,
    private readonly passkeys: Passkeys,
    private readonly ceremonies: PasskeyCeremonies,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly changes: FactorChanges,
    private readonly settings: InstallationSettings,
    private readonly accounts: Accounts,
  ) {}

  async read(who: Identity, hostname: string): Promise<OwnFactors> {
    const [totp, passkeys, recoveryCodesLeft, required] = await Promise.all([
      this.totp.read(who.userId),
      this.passkeys.list(who.userId),
      this.recoveryCodes.left(who.userId),
      this.isRequired(who),
    ]);
    return { required, totp, passkeys: passkeys.map((passkey) => toPasskey(passkey, hostname)), recoveryCodesLeft };
  }

  /** What a second step can be made with at this address; null for an account without a second factor. */
  async kinds(accountId: string, hostname: string): Promise<FactorKind[] | null> {
    const [totp, passkeys] = await Promise.all([this.totp.read(accountId), this.passkeys.list(accountId)]);
    if (totp === null && passkeys.length === 0) return null;
    const usable: [FactorKind, boolean][] = [
      ['totp', totp !== null],
      ['passkey', passkeys.some(({ rpId }) => rpId === hostname)],
      ['recoveryCode', (await this.recoveryCodes.left(accountId)) > 0],
    ];
    return usable.filter(([, is]) => is).map(([kind]) => kind);
  }

  confirmTotp(who: Identity, code: string, from: From): Promise<TotpAdded> {
    return this.change(who, 'factor.totp_set', from, async (manager) => {
      await this.totp.confirm(manager, who, code);
      return { recoveryCodes: await this.firstCodes(manager, who) };
    });
  }

  /** Throws `factor.not_found` or `factor.last_required`. */
  removeTotp(who: Identity, from: From): Promise<void> {
    return this.change(who, 'factor.totp_removed', from, async (manager) => {
      if (!(await this.totp.remove(manager, who.userId))) throw new AppError('factor.not_found');
      await this.afterRemoval(manager, who);
    });
  }

  async addPasskey(who: Identity, draft: AddPasskey, page: OwnPage, from: From): Promise<PasskeyAdded> {
    const passkey = await this.ceremonies.readNew(who, draft.passkey, draft.name, page);
    return this.change(who, 'factor.passkey_added', from, async (manager) => {
      const kept = await this.passkeys.add(manager, who.userId, passkey);
      return { passkey: toPasskey(kept, page.hostname), recoveryCodes: await this.firstCodes(manager, who) };
    });
  }

  async renamePasskey(who: Identity, id: string, name: string, hostname: string): Promise<Passkey> {
    return toPasskey(await this.passkeys.rename(who.userId, id, name), hostname);
  }

  /** Throws `factor.not_found` or `factor.last_required`. */
  removePasskey(who: Identity, id: string, from: From): Promise<void> {
    return this.change(who, 'factor.passkey_removed', from, async (manager) => {
      if (!(await this.passkeys.remove(manager, who.userId, id))) throw new AppError('factor.not_found');
      await this.afterRemoval(manager, who);
    });
  }

  /** Throws `factor.not_found` for an account without a factor: there is nothing that the codes would stand in for. */
  newRecoveryCodes(who: Identity, from: From): Promise<ShownCodes> {
    return this.change(who, 'factor.recovery_codes_made', from, async (manager) => {
      if (!(await this.hasFactor(manager, who.userId))) throw new AppError('factor.not_found');
      return { recoveryCodes: await this.recoveryCodes.replace(manager, who.userId) };
    });
  }

  /** For somebody who has lost them. All their sessions end. Throws `account.not_found` or `auth.forbidden`. */
  async reset(who: Identity, accountId: string, from: From): Promise<void> {
    const account = await this.accounts.read(accountId);
    if (!account) throw new AppError('account.not_found');
    if (!mayChange(who.role, account.role)) throw new AppError('auth.forbidden');
    const target = { kind: 'person', id: account.id, name: account.email };
    const entry: AuditEntry = { actor: who, action: 'person.factors_reset', target, from };
    await this.changes.make(accountId, who.sessionId, entry, async (manager) => {
      await this.totp.remove(manager, accountId);
      await this.passkeys.removeAll(manager, accountId);
      await this.recoveryCodes.remove(manager, accountId);
    });
  }

  private change<T>(
    who: Identity,
    action: string,
    from: From,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const target = { kind: 'person', id: who.userId, name: who.email };
    return this.changes.make(who.userId, who.sessionId, { actor: who, action, target, from }, work);
  }

  private async firstCodes(manager: EntityManager, who: Identity): Promise<string[] | null> {
    if ((await this.recoveryCodes.left(who.userId, manager)) > 0) return null;
    return this.recoveryCodes.replace(manager, who.userId);
  }

  private async afterRemoval(manager: EntityManager, who: Identity): Promise<void> {
    if (await this.hasFactor(manager, who.userId)) return;
    if (await this.isRequired(who)) throw new AppError('factor.last_required');
    await this.recoveryCodes.remove(manager, who.userId);
  }

  private async hasFactor(manager: EntityManager, accountId: string): Promise<boolean> {
    return (
      (await this.totp.read(accountId, manager)) !== null || (await this.passkeys.list(accountId, manager)).length > 0
    );
  }

  private async isRequired(who: Identity): Promise<boolean> {
    return (await this.settings.read()).factorRequiredFor.includes(who.role);
  }
}
