import { Bus } from '@chatbox/engine';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Logger } from '../common/logger.ts';
import { Multimap } from '../common/multimap.ts';
import { SESSION_ENDED } from './topics.ts';

/** Leaves time within the second that a lost hint may cost. */
const LOOK_MILLISECONDS = 700;
/** While no hint can arrive, every end is found by looking. */
const LOOK_ALONE_MILLISECONDS = 350;

export interface SessionBound {
  /** The session (or key) behind this connection has ended. Told once. */
  sessionEnded(): void;
}

/**
 * Sockets and streams outlive the request that opened them. Here they are told when the session or key behind them has ended, its
 * account was suspended or is gone: by the hint at once, and by one query for all of them within a second where the hint was lost.
 */
@Injectable()
export class OpenConnections implements OnModuleInit, OnApplicationShutdown {
  private readonly watched = new Multimap<SessionBound>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookedAt = 0;
  private leave: () => Promise<void> = async () => {};

  constructor(
    private readonly source: DataSource,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.leave = await this.bus.subscribe(SESSION_ENDED, (id) => this.end(id));
    this.timer = setInterval(() => {
      const pause = this.bus.isLive ? LOOK_MILLISECONDS : LOOK_ALONE_MILLISECONDS;
      if (this.looking || performance.now() - this.lookedAt < pause - LOOK_ALONE_MILLISECONDS / 2) return;
      this.lookedAt = performance.now();
      this.looking = this.look().finally(() => {
        this.looking = undefined;
      });
    }, LOOK_ALONE_MILLISECONDS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await this.leave();
  }

  /** `id` is that of the session or key. */
  watch(id: string, connection: SessionBound): void {
    this.watched.add(id, connection);
  }

  unwatch(id: string, connection: SessionBound): void {
    this.watched.delete(id, connection);
  }

  private end(id: string): void {
    this.watched.take(id, (connection) => connection.sessionEnded());
  }

  private async look(): Promise<void> {
    if (this.watched.size === 0) return;
    try {
      const rows: { id: string }[] = await this.source.query(
        `SELECT id FROM unnest($1::uuid[]) AS open (id)
         WHERE NOT EXISTS (SELECT FROM session s JOIN account a ON a.id = s.account_id WHERE s.id = open.id
             AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND a.status = 'active')
           AND NOT EXISTS (SELECT FROM api_key k JOIN account a ON a.id = k.account_id WHERE k.id = open.id
             AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()) AND a.status = 'active')`,
        [[...this.watched.keys()]],
      );
      for (const { id } of rows) this.end(id);
    } catch (error) {
      // A database that is away ends nobody: the next look knows.
      this.logger.debug({ err: error }, 'could not look whether open connections may stay');
    }
  }
}
