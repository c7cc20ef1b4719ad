import { Bus } from '@chatbox/engine';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Gathering } from '../common/gathering.ts';
import type { Identity } from '../common/identity.ts';
import { Logger } from '../common/logger.ts';
import { returned } from '../database/returned.ts';
import { SessionLifetime } from './session-lifetime.ts';
import { ACCOUNT_CHANGED, SESSION_ENDED } from './topics.ts';

export interface LiveSession extends Identity {
  readonly expiresAt: Date;
  /** Until when a password or second factor shown in this session counts; null when none is known. */
  readonly freshUntil: Date | null;
  /** The role needs a second factor and the person has none. */
  readonly factorMissing: boolean;
}

interface Entry {
  readonly found: Promise<LiveSession | null>;
  readonly until: number;
  /** Known once it is found. */
  userId?: string | undefined;
}

/** How long an answer is believed where the hint that it changed was lost. Leaves time within the second for the request itself. */
const BELIEVED_MILLISECONDS = 700;
const REMEMBERED_MAX = 10_000;
/** How long a password or second factor that was shown counts for sensitive changes. */
export const FRESH_MINUTES = 10;

/**
 * Whether a session is alive, and whose it is now: role and e-mail come from here and not from the token, so that a change of role
 * counts within a second. One lookup by primary key per session and second, shared by all requests that ask meanwhile, and by all
 * sessions that are asked for at the same time.
 */
@Injectable()
export class LiveSessions implements OnModuleInit, OnApplicationShutdown {
  private readonly known = new Map<string, Entry>();
  private readonly lookUps = new Gathering((ids: readonly string[]) => this.lookUp(ids));
  private leave: (() => Promise<void>)[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly bus: Bus,
    private readonly lifetime: SessionLifetime,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.leave = await Promise.all([
      this.bus.subscribe(SESSION_ENDED, (sessionId) => this.forget(sessionId)),
      this.bus.subscribe(ACCOUNT_CHANGED, (accountId) => this.forgetAccount(accountId)),
    ]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.leave.map((leave) => leave()));
  }

  /** null when it has ended or expired, or when its account is suspended. */
  find(sessionId: string): Promise<LiveSession | null> {
    return this.believed(sessionId) ?? this.remember(sessionId, this.lookUps.now(sessionId));
  }

  /** The same for one of thousands who may all come back at this moment: it waits for the others. */
  findSoon(sessionId: string): Promise<LiveSession | null> {
    return this.believed(sessionId) ?? this.remember(sessionId, this.lookUps.soon(sessionId));
  }

  /** What is true now, before somebody is refused for what may have changed within the last second. */
  findAgain(sessionId: string): Promise<LiveSession | null> {
    this.forget(sessionId);
    return this.find(sessionId);
  }

  forget(sessionId: string): void {
    this.known.delete(sessionId);
  }

  /** Also what is still being looked up: it may have been read before the change. */
  forgetAccount(accountId: string): void {
    for (const [sessionId, { userId }] of this.known)
      if (userId === undefined || userId === accountId) this.known.delete(sessionId);
  }

  private believed(sessionId: string): Promise<LiveSession | null> | undefined {
    const entry = this.known.get(sessionId);
    return entry && performance.now() < entry.until ? entry.found : undefined;
  }

  /** Believed for so long from the moment it was asked for, which is not later than the looking. */
  private remember(sessionId: string, found: Promise<LiveSession | null>): Promise<LiveSession | null> {
    if (this.known.size >= REMEMBERED_MAX) this.known.clear();
    const entry: Entry = { found, until: performance.now() + BELIEVED_MILLISECONDS };
    this.known.set(sessionId, entry);
    found.then(
      (session) => {
        entry.userId = session?.userId;
      },
      () => this.forget(sessionId),
    );
    return found;
  }

  private async lookUp(ids: readonly string[]): Promise<(LiveSession | null)[]> {
    const rows: (LiveSession & { isStale: boolean })[] = await this.source.query(
      `SELECT a.id AS "userId", a.email, a.role, a.name, a.created_at AS "createdAt", s.id AS "sessionId", s.expires_at AS "expiresAt",
         s.proven_at + make_interval(mins => $2) AS "freshUntil",
         EXISTS (SELECT FROM setting WHERE name = 'factorRequiredFor' AND value @> to_jsonb(a.role))
           AND NOT EXISTS (SELECT FROM totp WHERE account_id = a.id AND secret_envelope IS NOT NULL)
           AND NOT EXISTS (SELECT FROM passkey WHERE account_id = a.id) AS "factorMissing",
         ${this.lifetime.isStale} AS "isStale"
       FROM session s JOIN account a ON a.id = s.account_id
       WHERE s.id = ANY($1) AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND a.status = 'active'`,
      [ids, FRESH_MINUTES],
    );
    const putOff = await this.noteUse(rows.filter(({ isStale }) => isStale).map(({ sessionId }) => sessionId));
    const found = new Map(
      rows.map(({ isStale: _, ...session }) => [
        session.sessionId,
        { ...session, expiresAt: putOff.get(session.sessionId) ?? session.expiresAt },
      ]),
    );
    return ids.map((id) => found.get(id) ?? null);
  }

  /** Puts their ends off; of one that another replica writes at this moment, that one does. Nobody is refused because it could not be written down, as while the database takes no writes. */
  private async noteUse(ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    if (ids.length === 0) return new Map();
    try {
      const rows = await this.source.query(
        `UPDATE session SET last_used_at = clock_timestamp(), expires_at = ${this.lifetime.endFrom('created_at')}
         WHERE id IN (SELECT id FROM session WHERE id = ANY($1) AND ended_at IS NULL AND expires_at > clock_timestamp()
           FOR NO KEY UPDATE SKIP LOCKED)
         RETURNING id, expires_at AS "expiresAt"`,
        [ids],
      );
      return new Map(returned<{ id: string; expiresAt: Date }>(rows).map(({ id, expiresAt }) => [id, expiresAt]));
    } catch (error) {
      this.logger.debug({ err: error }, 'the use of sessions could not be written down');
      return new Map();
    }
  }
}
