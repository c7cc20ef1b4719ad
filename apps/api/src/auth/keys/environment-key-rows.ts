import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../common/audit-log.ts';
import { type EnvironmentKey, parseEnvironmentKeys } from '../../config/api-keys.ts';
import { Config } from '../../config/config.ts';
import { hashOf } from './key-text.ts';
import { KnownPrefixes } from './known-prefixes.ts';

/**
 * The keys of API_KEYS, as rows like all others. They act for the owner who is there longest, so a row is made when its key is used
 * first and there is an owner; at the start, those that are not in API_KEYS any more are revoked.
 */
@Injectable()
export class EnvironmentKeyRows implements OnApplicationBootstrap {
  private readonly given: ReadonlyMap<string, EnvironmentKey & { hash: Buffer; prefix: string }>;
  private readonly made = new Map<string, Promise<void>>();

  constructor(
    config: Config,
    private readonly source: DataSource,
    private readonly prefixes: KnownPrefixes,
    private readonly log: AuditLog,
  ) {
    const keys = config.API_KEYS ? (parseEnvironmentKeys(config.API_KEYS) ?? []) : [];
    this.given = new Map(
      keys.map((entry) => {
        const hash = hashOf(entry.key);
        return [hash.toString('hex'), { ...entry, hash, prefix: `env_${hash.toString('hex').slice(0, 10)}` }];
      }),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.source.query(
      `UPDATE api_key SET revoked_at = clock_timestamp() WHERE origin = 'environment' AND revoked_at IS NULL AND hash <> ALL($1)`,
      [[...this.given.values()].map(({ hash }) => hash)],
    );
  }

  /** Null for what is not in API_KEYS, and as long as there is no owner. */
  async prefixOf(hash: Buffer): Promise<string | null> {
    const entry = this.given.get(hash.toString('hex'));
    if (!entry) return null;
    const { prefix } = entry;
    const made = this.made.get(prefix) ?? this.make(entry);
    this.made.set(prefix, made);
    await made.catch((error: unknown) => {
      this.made.delete(prefix);
      throw error;
    });
    return prefix;
  }

  private async make({ prefix, hash, scopes }: EnvironmentKey & { hash: Buffer; prefix: string }): Promise<void> {
    await this.source.transaction(async (manager) => {
      const rows = await manager.query(
        `INSERT INTO api_key AS k (id, account_id, name, prefix, hash, scopes, origin)
         SELECT $1, a.id, 'API_KEYS', $2, $3, $4, 'environment' FROM account a
         WHERE a.role = 'owner' AND a.status = 'active' ORDER BY a.created_at, a.id LIMIT 1
         ON CONFLICT (prefix) DO UPDATE SET scopes = excluded.scopes, revoked_at = NULL
           WHERE k.revoked_at IS NOT NULL OR k.scopes <> excluded.scopes
         RETURNING k.id`,
        [randomUUID(), prefix, hash, scopes],
      );
      const [row]: { id: string }[] = rows;
      if (!row) return;
      const target = { kind: 'key', id: row.id, name: prefix };
      await this.log.record(manager, { actor: null, action: 'key.created', target, from: null, details: { scopes } });
    });
    this.prefixes.add(prefix);
  }
}
