import { timingSafeEqual } from 'node:crypto';
import type { Role, Scope } from '@chatbox/contracts';
import { Bus } from '@chatbox/engine';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { ACCOUNT_CHANGED, SESSION_ENDED } from '../topics.ts';
import { isListed } from './addresses.ts';
import { EnvironmentKeyRows } from './environment-key-rows.ts';
import { hashOf, prefixOf } from './key-text.ts';
import { KeyUse } from './key-use.ts';
import { KnownPrefixes } from './known-prefixes.ts';

interface LiveKey {
  readonly id: string;
  readonly prefix: string;
  readonly hash: Buffer;
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly scopes: Scope[];
  readonly addresses: string[];
  readonly expiresAt: Date | null;
}

/** As sessions are (live-sessions.ts). */
const BELIEVED_MILLISECONDS = 700;
const REMEMBERED_MAX = 10_000;
/** An identity ends some day also where its key does not. */
const FAR = new Date(8_640_000_000_000_000);

/**
 * Whether a key works, and for whom. A wrong key costs no query: its checksum is wrong, or nobody has been given its prefix, or its
 * prefix is remembered and its hash is another. One lookup per prefix and second is all that reaches the database.
 */
@Injectable()
export class LiveKeys implements OnModuleInit, OnApplicationShutdown {
  private readonly known = new Map<string, { found: Promise<LiveKey | null>; until: number }>();
  private readonly prefixOfId = new Map<string, string>();
  private leave: (() => Promise<void>)[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly bus: Bus,
    private readonly prefixes: KnownPrefixes,
    private readonly environment: EnvironmentKeyRows,
    private readonly use: KeyUse,
  ) {}

  async onModuleInit(): Promise<void> {
    const ended = (id: string): void => {
      const prefix = this.prefixOfId.get(id);
      if (prefix !== undefined) this.known.delete(prefix);
    };
    this.leave = await Promise.all([
      this.bus.subscribe(SESSION_ENDED, ended),
      this.bus.subscribe(ACCOUNT_CHANGED, () => this.forgetOwners()),
    ]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.leave.map((leave) => leave()));
  }

  /** Accounts change seldom, and each key is one lookup. */
  forgetOwners(): void {
    this.known.clear();
  }

  /** Throws `auth.required`, or `auth.key_address`. */
  async authenticate(presented: string, address: string | null): Promise<Identity & { expiresAt: Date }> {
    const ours = prefixOf(presented);
    // Before anything is computed: of a flood of keys that somebody made up, this is all that is done.
    if (ours !== null && !(await this.prefixes.has(ours))) throw new AppError('auth.required');
    const hash = hashOf(presented);
    const prefix = ours ?? (await this.environment.prefixOf(hash));
    if (prefix === null) throw new AppError('auth.required');
    const key = await this.find(prefix);
    if (key === null || !timingSafeEqual(key.hash, hash)) throw new AppError('auth.required');
    if (!isListed(key.addresses, address)) throw new AppError('auth.key_address');
    this.use.note(key.id, address);
    return { ...toIdentity(key), expiresAt: key.expiresAt ?? FAR };
  }

  /** As the key of an open connection is now; null when it has ended. */
  async again(prefix: string): Promise<Identity | null> {
    const key = await this.find(prefix);
    return key && toIdentity(key);
  }

  private find(prefix: string): Promise<LiveKey | null> {
    const now = performance.now();
    const entry = this.known.get(prefix);
    if (entry && now < entry.until) return entry.found;
    if (this.known.size >= REMEMBERED_MAX) {
      this.known.clear();
      this.prefixOfId.clear();
    }
    const found = this.lookUp(prefix);
    this.known.set(prefix, { found, until: now + BELIEVED_MILLISECONDS });
    found.catch(() => this.known.delete(prefix));
    return found;
  }

  private async lookUp(prefix: string): Promise<LiveKey | null> {
    const rows: LiveKey[] = await this.source.query(
      `SELECT k.id, k.prefix, k.hash, a.id AS "userId", a.email, a.role, a.name, a.created_at AS "createdAt", k.scopes, k.addresses, k.expires_at AS "expiresAt"
       FROM api_key k JOIN account a ON a.id = k.account_id
       WHERE k.prefix = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
         AND a.status = 'active'`,
      [prefix],
    );
    const [key] = rows;
    if (key) this.prefixOfId.set(key.id, prefix);
    return key ?? null;
  }
}

const toIdentity = ({ id, prefix, userId, email, role, name, createdAt, scopes }: LiveKey): Identity => ({
  userId,
  email,
  role,
  name,
  createdAt,
  sessionId: id,
  key: { id, prefix, scopes },
});
