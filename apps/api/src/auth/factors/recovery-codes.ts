import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

const CODES = 10;
/** RFC 4648 base32: no 0, 1, 8 and 9, which look like letters. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const GROUPS = 4;
const GROUP_LENGTH = 6;

/** Owns the table `recovery_code`: ten for an account, each good once. */
@Injectable()
export class RecoveryCodes {
  constructor(private readonly source: DataSource) {}

  /** Ten new ones in place of all before. They are shown now and never again. */
  async replace(manager: EntityManager, accountId: string): Promise<string[]> {
    const codes = Array.from({ length: CODES }, newRecoveryCode);
    await this.remove(manager, accountId);
    await manager.query('INSERT INTO recovery_code (hash, account_id) SELECT unnest($1::bytea[]), $2', [
      codes.map((code) => hashOf(code.replaceAll('-', ''), accountId)),
      accountId,
    ]);
    return codes;
  }

  /** Whether the code is right and was not used before; it is used now. */
  async spend(manager: EntityManager, accountId: string, code: string): Promise<boolean> {
    const [, used]: [unknown, number] = await manager.query(
      `UPDATE recovery_code SET used_at = clock_timestamp() WHERE hash = $1 AND account_id = $2 AND used_at IS NULL`,
      [hashOf(code, accountId), accountId],
    );
    return used > 0;
  }

  async left(accountId: string, runner: Pick<EntityManager, 'query'> = this.source): Promise<number> {
    const rows: { left: number }[] = await runner.query(
      'SELECT count(*)::int AS left FROM recovery_code WHERE account_id = $1 AND used_at IS NULL',
      [accountId],
    );
    return rows[0]?.left ?? 0;
  }

  async remove(manager: EntityManager, accountId: string): Promise<void> {
    await manager.query('DELETE FROM recovery_code WHERE account_id = $1', [accountId]);
  }
}

/** 120 random bits, in groups that can be read aloud. */
const newRecoveryCode = (): string => {
  const letters = [...randomBytes(GROUPS * GROUP_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return (letters.match(new RegExp(`.{${GROUP_LENGTH}}`, 'g')) ?? []).join('-');
};

/** A plain hash is enough for more than 112 random bits (ASVS 5.0 6.5.2). */
const hashOf = (letters: string, accountId: string): Buffer =>
  createHash('sha256').update(`${accountId}:${letters}`).digest();
