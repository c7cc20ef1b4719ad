import { randomUUID } from 'node:crypto';
import {
  type AllKeysQuery,
  type ApiKey,
  type CreatedKey,
  type CreateKey,
  type OwnedKey,
  type Page,
  type Scope,
  scopesOf,
} from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import { AuditLog, type From } from '../../common/audit-log.ts';
import type { Identity } from '../../common/identity.ts';
import { readCursor, writeCursor } from '../../common/time-cursor.ts';
import { returned } from '../../database/returned.ts';
import { Sessions } from '../sessions.ts';
import { hashOf, newKey } from './key-text.ts';
import { KnownPrefixes } from './known-prefixes.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: Scope[];
  readonly addresses: string[];
  readonly origin: ApiKey['origin'];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastAddress: string | null;
}
interface OwnedRow extends Row {
  readonly ownerId: string;
  readonly ownerEmail: string;
  readonly place: string;
}

const MOST_KEYS = 100;
const COLUMNS = `k.id, k.name, k.prefix, k.scopes, k.addresses, k.origin, k.created_at AS "createdAt", k.expires_at AS "expiresAt",
  k.revoked_at AS "revokedAt", k.last_used_at AS "lastUsedAt", k.last_address AS "lastAddress"`;

/** Owns the table `api_key`. A key is shown once and stored as a hash. */
@Injectable()
export class Keys {
  constructor(
    private readonly source: DataSource,
    private readonly prefixes: KnownPrefixes,
    private readonly sessions: Sessions,
    private readonly log: AuditLog,
  ) {}

  /** Throws `key.scope_beyond_rights` and `key.too_many`. */
  async create(who: Identity, draft: CreateKey, from: From): Promise<CreatedKey> {
    const beyond = draft.scopes.filter((scope) => !scopesOf(who.role).includes(scope));
    if (beyond.length > 0)
      throw new AppError('key.scope_beyond_rights', { detail: `Your role cannot give ${beyond.join(', ')}.` });
    const { key, prefix } = newKey();
    const row = await this.source.transaction(async (manager) => {
      // Taking turns with oneself keeps the count honest.
      await manager.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [who.userId]);
      const row = await this.insert(manager, who, draft, prefix, hashOf(key));
      const { name, scopes, addresses, expiresInDays } = draft;
      await this.log.record(manager, {
        actor: who,
        action: 'key.created',
        target: { kind: 'key', id: row.id, name: prefix },
        from,
        details: { name, scopes, addresses, expiresInDays },
      });
      return row;
    });
    this.prefixes.add(prefix);
    return { ...toKey(row), key };
  }

  /** Those that work, and those that ended; the newest first. */
  async own(who: Identity): Promise<ApiKey[]> {
    const rows: Row[] = await this.source.query(
      `SELECT ${COLUMNS} FROM api_key k WHERE k.account_id = $1 ORDER BY k.created_at DESC, k.id DESC LIMIT $2`,
      [who.userId, MOST_KEYS * 2],
    );
    return rows.map(toKey);
  }

  async all({ cursor, limit, search }: AllKeysQuery): Promise<Page<OwnedKey>> {
    const after = readCursor(cursor);
    const rows: OwnedRow[] = await this.source.query(
      `SELECT ${COLUMNS}, a.id AS "ownerId", a.email AS "ownerEmail", k.created_at::text AS place
       FROM api_key k JOIN account a ON a.id = k.account_id
       WHERE ($2::text IS NULL OR position(lower($2) IN lower(k.name)) > 0 OR starts_with($2, k.prefix) OR starts_with(k.prefix, $2)
           OR position(lower($2) IN lower(a.email)) > 0)
         AND ($3::timestamptz IS NULL OR (k.created_at, k.id) < ($3::timestamptz, $4::uuid))
       ORDER BY k.created_at DESC, k.id DESC LIMIT $1`,
      [limit + 1, search ?? null, after?.at ?? null, after?.id ?? null],
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map((row) => ({ ...toKey(row), owner: { id: row.ownerId, email: row.ownerEmail } })),
      nextCursor: last ? writeCursor({ at: last.place, id: last.id }) : null,
    };
  }

  /** Throws `key.not_found`, also for one that has ended, and `key.read_only`. */
  async revokeOwn(who: Identity, id: string, from: From): Promise<void> {
    await this.revoke(who, id, who.userId, from);
  }

  async revokeAny(who: Identity, id: string, from: From): Promise<void> {
    await this.revoke(who, id, null, from);
  }

  private async revoke(who: Identity, id: string, ownerId: string | null, from: From): Promise<void> {
    await this.source.transaction(async (manager) => {
      const [row] = returned<{ prefix: string; origin: ApiKey['origin']; accountId: string }>(
        await manager.query(
          `UPDATE api_key SET revoked_at = clock_timestamp()
           WHERE id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR account_id = $2)
           RETURNING prefix, origin, account_id AS "accountId"`,
          [id, ownerId],
        ),
      );
      if (!row) throw new AppError('key.not_found');
      if (row.origin === 'environment') throw new AppError('key.read_only');
      const target = { kind: 'key', id, name: row.prefix };
      await this.log.record(manager, {
        actor: who,
        action: 'key.revoked',
        target,
        from,
        details: { owner: row.accountId },
      });
    });
    await this.sessions.announceEnd(id);
  }

  private async insert(
    manager: EntityManager,
    who: Identity,
    draft: CreateKey,
    prefix: string,
    hash: Buffer,
  ): Promise<Row> {
    const rows: Row[] = await manager.query(
      `INSERT INTO api_key AS k (id, account_id, name, prefix, hash, scopes, addresses, expires_at)
       SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(days => $8)
       WHERE (SELECT count(*) FROM api_key WHERE account_id = $2 AND revoked_at IS NULL) < $9 RETURNING ${COLUMNS}`,
      [
        randomUUID(),
        who.userId,
        draft.name,
        prefix,
        hash,
        draft.scopes,
        draft.addresses,
        draft.expiresInDays,
        MOST_KEYS,
      ],
    );
    const [row] = rows;
    if (!row) throw new AppError('key.too_many');
    return row;
  }
}

const toKey = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  addresses: row.addresses,
  origin: row.origin,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  lastAddress: row.lastAddress,
});
