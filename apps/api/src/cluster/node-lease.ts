import { Engine } from '@chatbox/engine';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Logger } from '../common/logger.ts';
import { Config } from '../config/config.ts';
import { askWithin } from '../database/ask-within.ts';
import { Metrics } from '../metrics/metrics.ts';

/** The right to own generations: named in every write, so that a write of a process that lost it is refused. */
export interface Lease {
  readonly nodeId: string;
  readonly epoch: string;
}

/** A row that nobody renewed for so long is of a process that is gone; while generations run under it, it stays. */
const FORGOTTEN_HOURS = 1;
const FORGET_EVERY_MILLISECONDS = 10 * 60_000;

/** Shorter than a beat, so that the next one finds the renewal ended; but a database that is merely slow is waited for. */
const PATIENCE_IN_LEASES = 1 / 5;
const LEAST_PATIENCE_MILLISECONDS = 750;

/** Hint: the node of this name has given its generations back. Who misses it finds them by looking. */
const RELEASED = 'node.released';
/** So long after the end of another node's lease is looked for what it left; the database's clock decides. */
const AFTER_THE_END_MILLISECONDS = 15;

type OnChange = (lease: Lease) => void;

/**
 * This process's row in `node`. Times are the database's; this process only measures how long ago it asked.
 * A node that cannot renew calls `onLost` before its lease ends, then asks for a new epoch until it gets one.
 */
@Injectable()
export class NodeLease implements OnApplicationBootstrap, OnApplicationShutdown {
  private lease: Lease | undefined;
  private validUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> | undefined;
  private lastForgot = Number.NEGATIVE_INFINITY;
  private closed = false;
  private readonly lostListeners: OnChange[] = [];
  private readonly gainedListeners: OnChange[] = [];
  private readonly endedListeners: (() => void)[] = [];
  /** One for each lease of another node. */
  private ends: NodeJS.Timeout[] = [];
  private leave: () => Promise<void> = async () => {};

  constructor(
    private readonly source: DataSource,
    private readonly engine: Engine,
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  /** The lease, while it is certainly still valid. */
  get current(): Lease | undefined {
    return performance.now() < this.validUntil ? this.lease : undefined;
  }

  /** What was written with this epoch is still this node's, unless the clock says otherwise. */
  isOf(epoch: string): boolean {
    return this.lease?.epoch === epoch;
  }

  onLost(listener: OnChange): void {
    this.lostListeners.push(listener);
  }

  onGained(listener: OnChange): void {
    this.gainedListeners.push(listener);
    if (this.lease) listener(this.lease);
  }

  /** Another node has given its generations back, or its lease may have ended at this moment. */
  onEndedElsewhere(listener: () => void): void {
    this.endedListeners.push(listener);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.metrics.nodeNamed(this.engine.nodeId);
    this.metrics.beforeReading(() => this.metrics.health('node_lease', this.current !== undefined));
    await this.register();
    this.leave = await this.engine.bus.subscribe(RELEASED, (nodeId) => {
      if (nodeId !== this.engine.nodeId) this.endedElsewhere();
    });
    const interval = (this.config.LEASE_SECONDS * 1000) / 4;
    this.timer = setInterval(() => this.beat(), interval);
    this.timer.unref();
  }

  /**
   * Another process wrote with a newer epoch, or a write that was fenced by this lease was refused: it is gone, whatever the
   * clock says. A refusal that was long under way says nothing of the lease that came after it. Resolves when another one has
   * been asked for.
   */
  async refused(lease: Lease): Promise<void> {
    if (this.lease?.epoch === lease.epoch) {
      this.validUntil = 0;
      this.beat();
    }
    await this.renewing;
  }

  /** Gives the generations of this node to whoever asks first. */
  async release(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    this.awaitEnds([]);
    await this.renewing;
    const lease = this.lease;
    this.lease = undefined;
    this.validUntil = 0;
    if (!lease) return;
    await this.ask(`UPDATE node SET epoch = epoch + 1, lease_until = '-infinity' WHERE id = $1 AND epoch = $2`, [
      lease.nodeId,
      lease.epoch,
    ]);
    await this.engine.bus.publish(RELEASED, lease.nodeId).catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.leave();
    await this.release();
  }

  private beat(): void {
    this.fenceInTime();
    if (this.closed || this.renewing) return;
    this.renewing = this.renewOrRegister()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'could not renew the node lease'))
      .finally(() => {
        this.renewing = undefined;
      });
  }

  private async renewOrRegister(): Promise<void> {
    if (!this.lease) return this.register();
    const asked = performance.now();
    const { nodeId, epoch } = this.lease;
    const [renewed] = await this.ask<{ ends: number[] }>(
      `WITH renewed AS (
         UPDATE node SET lease_until = clock_timestamp() + make_interval(secs => $3) WHERE id = $1 AND epoch = $2 RETURNING 1
       ) SELECT ARRAY(SELECT extract(epoch FROM lease_until - clock_timestamp())::float8 FROM node
           WHERE id <> $1 AND lease_until > clock_timestamp()) AS ends FROM renewed`,
      [nodeId, epoch, this.config.LEASE_SECONDS],
    );
    if (renewed) {
      this.validUntil = asked + this.config.LEASE_SECONDS * 1000;
      this.awaitEnds(renewed.ends);
      return this.forgetOthers();
    }
    this.lose('another process took it');
    await this.register();
  }

  /** An epoch never comes twice, also not to a node whose row was forgotten: a new row begins with the time. */
  private async register(): Promise<void> {
    const asked = performance.now();
    const [row] = await this.ask<{ epoch: string }>(
      `INSERT INTO node (id, epoch, lease_until, version)
       VALUES ($1, extract(epoch FROM clock_timestamp())::bigint * 1000,
         clock_timestamp() + make_interval(secs => $2), $3)
       ON CONFLICT (id) DO UPDATE SET
         epoch = greatest(node.epoch + 1, EXCLUDED.epoch), lease_until = EXCLUDED.lease_until, version = EXCLUDED.version, started_at = clock_timestamp()
       RETURNING epoch`,
      [this.engine.nodeId, this.config.LEASE_SECONDS, '1'],
    );
    if (!row) throw new Error('the node row was not written');
    this.lease = { nodeId: this.engine.nodeId, epoch: row.epoch };
    this.validUntil = asked + this.config.LEASE_SECONDS * 1000;
    for (const listener of this.gainedListeners) listener(this.lease);
  }

  /** Wakes when a lease of another node ends, in seconds from now. A node that lives renews it before, and the next look finds a later end. */
  private awaitEnds(ends: readonly number[]): void {
    for (const timer of this.ends) clearTimeout(timer);
    const wake = (): void => this.endedElsewhere();
    this.ends = ends.map((seconds) => setTimeout(wake, seconds * 1_000 + AFTER_THE_END_MILLISECONDS).unref());
  }

  private endedElsewhere(): void {
    for (const listener of this.endedListeners) listener();
  }

  /** Processes come and go under new names; their rows would stay for ever. */
  private async forgetOthers(): Promise<void> {
    if (performance.now() - this.lastForgot < FORGET_EVERY_MILLISECONDS) return;
    this.lastForgot = performance.now();
    await this.ask(
      `DELETE FROM node n WHERE id <> $1 AND greatest(lease_until, started_at) < clock_timestamp() - make_interval(hours => $2)
         AND NOT EXISTS (SELECT FROM generation g WHERE g.node_id = n.id AND g.status = 'running')`,
      [this.engine.nodeId, FORGOTTEN_HOURS],
    );
  }

  /** A database that says nothing is asked again over another connection while the lease lasts. */
  private ask<T extends object>(sql: string, values: unknown[]): Promise<T[]> {
    const fraction = this.config.LEASE_SECONDS * PATIENCE_IN_LEASES * 1000;
    return askWithin<T>(this.source, Math.max(fraction, LEAST_PATIENCE_MILLISECONDS), sql, values);
  }

  /** While a renewal hangs, the clock still runs: fence before anybody else may take over. */
  private fenceInTime(): void {
    const margin = (this.config.LEASE_SECONDS * 1000) / 4;
    if (this.lease && performance.now() > this.validUntil - margin) this.lose('it could not be renewed in time');
  }

  private lose(reason: string): void {
    const lost = this.lease;
    if (!lost) return;
    this.lease = undefined;
    this.validUntil = 0;
    this.logger.warn({ nodeId: lost.nodeId, epoch: lost.epoch, reason }, 'node lease lost');
    for (const listener of this.lostListeners) listener(lost);
  }
}
