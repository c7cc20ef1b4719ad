import type { CreateConnection, UpdateConnection } from '@chatbox/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Cache, Kept } from '../cache/cache.ts';
import { AppError } from '../common/app-error.ts';
import type { AuditDetail, AuditLog, From } from '../common/audit-log.ts';
import { Envelopes } from '../common/envelope.ts';
import type { Identity } from '../common/identity.ts';
import { returned } from '../database/returned.ts';
import { cleanBaseUrl } from './base-url.ts';
import type { ChosenHosts } from './chosen-hosts.ts';
import { hintOf, type KnownConnection, vendorUrl } from './known-connection.ts';
import { OFFLINE_CONNECTION } from './offline/offline.ts';

interface Row {
  id: string;
  slug: string;
  name: string;
  kind: 'openai' | 'anthropic';
  base_url: string | null;
  key_envelope: string | null;
  key_hint: string | null;
  enabled: boolean;
  /** Text where it was kept. */
  created_at: Date | string;
  updated_at: Date | string;
}

/**
 * Rows as they are in the table: keys stay sealed. A switched-off connection is used no longer than this where a hint was lost.
 * In memory only: who could write another address beside a key would be sent the key.
 */
const KEPT: Kept = { key: 'connections', version: 1, seconds: 5, graceSeconds: 60, tier: 'memory' };

/** Who changes a connection, from where. */
export interface Author {
  readonly who: Identity;
  readonly from: From;
}

/** Owns the table `connection`: the providers the owner added. Those of the environment are in front, and cannot be changed. */
export class Connections {
  constructor(
    private readonly source: DataSource,
    private readonly envelopes: Envelopes,
    private readonly fixed: readonly KnownConnection[],
    private readonly hosts: Pick<ChosenHosts, 'fetch' | 'check'>,
    private readonly log: AuditLog,
    private readonly cache: Pick<Cache, 'remember' | 'forget'>,
  ) {}

  /** Switched on or off, as they are at this moment. */
  async all(): Promise<KnownConnection[]> {
    return [...this.fixed, ...(await this.rows()).map((row) => this.known(row))];
  }

  /** Those that messages are sent through; asked for with every one of them. */
  async enabled(): Promise<KnownConnection[]> {
    const rows = await this.cache.remember(KEPT, () => this.rows());
    return [...this.fixed, ...rows.filter(({ enabled }) => enabled).map((row) => this.known(row))];
  }

  private rows(): Promise<Row[]> {
    return this.source.query('SELECT * FROM connection ORDER BY created_at, id');
  }

  async read(id: string): Promise<KnownConnection> {
    const found = (await this.all()).find(({ connection }) => connection.id === id);
    if (!found) throw new AppError('connection.not_found');
    return found;
  }

  async create({ name, slug, kind, baseUrl, key }: CreateConnection, by: Author): Promise<KnownConnection> {
    this.hosts.check(baseUrl);
    const taken = new Set([OFFLINE_CONNECTION.slug, ...(await this.all()).map(({ connection }) => connection.slug)]);
    if (slug !== undefined && taken.has(slug)) throw new AppError('connection.slug_taken');
    const id = uuidv7();
    return this.changing(async (manager) => {
      const rows: Row[] = await manager.query(
        `INSERT INTO connection (id, slug, name, kind, base_url, key_envelope, key_hint)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (slug) DO NOTHING RETURNING *`,
        [
          id,
          slug ?? freeSlug(name, taken),
          name,
          kind,
          baseUrl ? cleanBaseUrl(baseUrl) : null,
          ...this.sealed(id, key),
        ],
      );
      if (!rows[0]) throw new AppError('connection.slug_taken');
      await this.record(manager, by, 'created', rows[0], { hasKey: key !== undefined });
      return this.known(rows[0]);
    });
  }

  async update(id: string, change: UpdateConnection, by: Author): Promise<KnownConnection> {
    this.refuseFixed(id);
    this.hosts.check(change.baseUrl);
    return this.changing(async (manager) => {
      const rows: Row[] = await manager.query('SELECT * FROM connection WHERE id = $1 FOR UPDATE', [id]);
      const before = rows[0];
      if (!before) throw new AppError('connection.not_found');
      const baseUrl = change.baseUrl === undefined ? before.base_url : cleanBaseUrl(change.baseUrl);
      if (before.key_envelope !== null && change.key === undefined) keepKeyAtHome(before, baseUrl);
      const [envelope, hint] =
        change.key === undefined ? [before.key_envelope, before.key_hint] : this.sealed(id, change.key ?? undefined);
      await manager.query(
        `UPDATE connection SET name = $2, base_url = $3, key_envelope = $4, key_hint = $5, enabled = $6,
           updated_at = clock_timestamp() WHERE id = $1`,
        [id, change.name ?? before.name, baseUrl, envelope, hint, change.enabled ?? before.enabled],
      );
      const [after]: Row[] = await manager.query('SELECT * FROM connection WHERE id = $1', [id]);
      if (!after) throw new Error('a locked connection is gone');
      await this.record(manager, by, 'changed', after, {
        before: before.base_url,
        ...(change.key !== undefined && { key: change.key === null ? 'removed' : 'replaced' }),
      });
      return this.known(after);
    });
  }

  async remove(id: string, by: Author): Promise<void> {
    this.refuseFixed(id);
    await this.changing(async (manager) => {
      const [removed] = returned<Row>(await manager.query('DELETE FROM connection WHERE id = $1 RETURNING *', [id]));
      if (!removed) throw new AppError('connection.not_found');
      await this.record(manager, by, 'removed', removed, {});
    });
  }

  private async changing<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const done = await this.source.transaction(work);
    await this.cache.forget(KEPT);
    return done;
  }

  /** Where conversations go from now on, and never what opens the door there. */
  private record(
    manager: EntityManager,
    { who, from }: Author,
    verb: 'created' | 'changed' | 'removed',
    { id, slug, name, kind, base_url: baseUrl, enabled }: Row,
    more: Record<string, AuditDetail>,
  ): Promise<void> {
    return this.log.record(manager, {
      actor: who,
      action: `connection.${verb}`,
      target: { kind: 'connection', id, name: slug },
      from,
      details: { name, kind, baseUrl, enabled, ...more },
    });
  }

  private refuseFixed(id: string): void {
    if (id === OFFLINE_CONNECTION.id || this.fixed.some(({ connection }) => connection.id === id))
      throw new AppError('connection.read_only');
  }

  private sealed(id: string, key: string | undefined): [envelope: string | null, hint: string | null] {
    return key === undefined ? [null, null] : [this.envelopes.seal(key, id), hintOf(key)];
  }

  private known(row: Row): KnownConnection {
    const { id, key_envelope: envelope } = row;
    return {
      connection: {
        id,
        slug: row.slug,
        name: row.name,
        kind: row.kind,
        baseUrl: row.base_url,
        hasKey: envelope !== null,
        keyHint: row.key_hint,
        origin: 'settings',
        enabled: row.enabled,
        createdAt: new Date(row.created_at).toISOString(),
      },
      version: new Date(row.updated_at).toISOString(),
      baseUrl: row.base_url ?? vendorUrl(row.kind),
      target: () => ({
        baseUrl: row.base_url ?? undefined,
        key: envelope === null ? undefined : this.opened(envelope, id),
        fetch: this.hosts.fetch,
      }),
    };
  }

  private opened(envelope: string, id: string): string {
    try {
      return this.envelopes.open(envelope, id);
    } catch (cause) {
      const detail = 'The stored key cannot be decrypted with the present master key. Enter it again in the settings.';
      throw new AppError('provider.bad_key', { detail, cause });
    }
  }
}

/** Who may change an address must not learn the key by it: a key goes to the server it was entered for. */
const keepKeyAtHome = (before: Row, baseUrl: string | null): void => {
  const origin = (url: string | null): string => new URL(url ?? vendorUrl(before.kind)).origin;
  if (origin(before.base_url) === origin(baseUrl)) return;
  const message = 'enter the key again: the kept one belongs to another server';
  throw new AppError('request.invalid', { issues: [{ path: 'key', message }] });
};

const freeSlug = (name: string, taken: ReadonlySet<string>): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 30);
  const wish = plain.replace(/-+$/, '') || 'connection';
  if (!taken.has(wish)) return wish;
  let number = 2;
  while (taken.has(`${wish}-${number}`)) number += 1;
  return `${wish}-${number}`;
};
