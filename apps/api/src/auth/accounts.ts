import type { AccountStatus, Role, User } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import type { Identity } from '../common/identity.ts';

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: Role;
  readonly status: AccountStatus;
  readonly createdAt: Date;
}

export interface NewAccount extends Pick<Account, 'id' | 'email' | 'name' | 'role' | 'status'> {
  /** null: signs in through a provider only. */
  readonly passwordHash: string | null;
}

const COLUMNS = `a.id, a.email, a.name, a.role, a.status, a.created_at AS "createdAt"`;

/** Owns the table `account`. */
@Injectable()
export class Accounts {
  constructor(private readonly source: DataSource) {}

  async exist(runner: Pick<EntityManager, 'query'> = this.source): Promise<boolean> {
    const [row]: { any: boolean }[] = await runner.query('SELECT EXISTS (SELECT FROM account) AS any');
    return row?.any === true;
  }

  /** With the hash of the password, for whoever compares it and forgets it. */
  async withPassword(email: string): Promise<(Account & { passwordHash: string | null }) | null> {
    const rows = await this.source.query(
      `SELECT ${COLUMNS}, a.password_hash AS "passwordHash" FROM account a WHERE lower(a.email) = $1`,
      [email],
    );
    return rows[0] ?? null;
  }

  /** Throws `auth.email_taken`. */
  async add(manager: EntityManager, { id, email, name, role, status, passwordHash }: NewAccount): Promise<Account> {
    const rows: Account[] = await manager.query(
      `INSERT INTO account AS a (id, email, name, role, status, password_hash) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (lower(email)) DO NOTHING RETURNING ${COLUMNS}`,
      [id, email, name, role, status, passwordHash],
    );
    const [account] = rows;
    if (!account) throw new AppError('auth.email_taken');
    return account;
  }

  async read(id: string, runner: Pick<EntityManager, 'query'> = this.source): Promise<Account | null> {
    const rows: Account[] = await runner.query(`SELECT ${COLUMNS} FROM account a WHERE a.id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Those who are told when something is wrong with the installation. */
  administrators(runner: Pick<EntityManager, 'query'> = this.source): Promise<Account[]> {
    return runner.query(
      `SELECT ${COLUMNS} FROM account a WHERE a.role IN ('owner', 'admin') AND a.status = 'active' ORDER BY a.created_at`,
    );
  }

  async own(who: Identity): Promise<Account> {
    const account = await this.read(who.userId);
    if (!account) throw new AppError('auth.required');
    return account;
  }

  async rename(who: Identity, name: string | null): Promise<void> {
    await this.source.query('UPDATE account SET name = $2, updated_at = clock_timestamp() WHERE id = $1', [
      who.userId,
      name,
    ]);
  }
}

export const toUser = ({ id, email, name, role, createdAt }: Omit<Account, 'status'>): User => ({
  id,
  email,
  name,
  role,
  createdAt: createdAt.toISOString(),
});
