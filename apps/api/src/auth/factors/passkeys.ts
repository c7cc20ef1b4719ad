import { randomUUID } from 'node:crypto';
import type { Passkey } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { returned } from '../../database/returned.ts';

export interface KeptPasskey {
  readonly id: string;
  readonly accountId: string;
  readonly credentialId: string;
  /** Domain that it was made for. */
  readonly rpId: string;
  readonly publicKey: Buffer<ArrayBuffer>;
  readonly counter: number;
  readonly transports: string[];
  readonly synced: boolean;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type NewPasskey = Pick<
  KeptPasskey,
  'credentialId' | 'rpId' | 'publicKey' | 'counter' | 'transports' | 'synced' | 'name'
>;

const MOST = 20;
const COLUMNS = `id, account_id AS "accountId", credential_id AS "credentialId", rp_id AS "rpId", public_key AS "publicKey",
  counter::float AS counter, transports, synced, name, created_at AS "createdAt", last_used_at AS "lastUsedAt"`;

/** Owns the table `passkey`: public keys only, so what is stored opens nothing. */
@Injectable()
export class Passkeys {
  constructor(private readonly source: DataSource) {}

  /** Throws `factor.passkey_taken` or `factor.too_many`. */
  async add(manager: EntityManager, accountId: string, passkey: NewPasskey): Promise<KeptPasskey> {
    const { credentialId, rpId, publicKey, counter, transports, synced, name } = passkey;
    if ((await this.list(accountId, manager)).length >= MOST) throw new AppError('factor.too_many');
    const rows: KeptPasskey[] = await manager.query(
      `INSERT INTO passkey (id, account_id, credential_id, rp_id, public_key, counter, transports, synced, name)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (credential_id) DO NOTHING RETURNING ${COLUMNS}`,
      [randomUUID(), accountId, credentialId, rpId, publicKey, counter, transports, synced, name],
    );
    const [row] = rows;
    if (!row) throw new AppError('factor.passkey_taken');
    return row;
  }

  /** The oldest first. */
  async list(accountId: string, runner: Pick<EntityManager, 'query'> = this.source): Promise<KeptPasskey[]> {
    return runner.query(`SELECT ${COLUMNS} FROM passkey WHERE account_id = $1 ORDER BY created_at, id`, [accountId]);
  }

  async find(credentialId: string): Promise<KeptPasskey | null> {
    const rows: KeptPasskey[] = await this.source.query(`SELECT ${COLUMNS} FROM passkey WHERE credential_id = $1`, [
      credentialId,
    ]);
    return rows[0] ?? null;
  }

  /**
   * Whether the authenticator's counter has moved on, or it does not count: WebAuthn Level 3 §6.1.1. One that did not move on is the
   * sign of a copy, and of two answers with the same one only the first counts.
   */
  async spend(manager: EntityManager, id: string, counter: number): Promise<boolean> {
    const [, used]: [unknown, number] = await manager.query(
      `UPDATE passkey SET counter = $2, last_used_at = clock_timestamp()
       WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))`,
      [id, counter],
    );
    return used > 0;
  }

  /** Throws `factor.not_found` for what is not one of the account's. */
  async rename(accountId: string, id: string, name: string): Promise<KeptPasskey> {
    const [row] = returned<KeptPasskey>(
      await this.source.query(`UPDATE passkey SET name = $3 WHERE id = $1 AND account_id = $2 RETURNING ${COLUMNS}`, [
        id,
        accountId,
        name,
      ]),
    );
    if (!row) throw new AppError('factor.not_found');
    return row;
  }

  /** Whether it was one of the account's. */
  async remove(manager: EntityManager, accountId: string, id: string): Promise<boolean> {
    const [, gone]: [unknown, number] = await manager.query('DELETE FROM passkey WHERE id = $1 AND account_id = $2', [
      id,
      accountId,
    ]);
    return gone > 0;
  }

  /** How many there were. */
  async removeAll(manager: EntityManager, accountId: string): Promise<number> {
    const [, gone]: [unknown, number] = await manager.query('DELETE FROM passkey WHERE account_id = $1', [accountId]);
    return gone;
  }
}

export const toPasskey = ({ id, name, createdAt, lastUsedAt, synced, rpId }: KeptPasskey, here: string): Passkey => ({
  id,
  name,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
  synced,
  usableHere: rpId === here,
});
