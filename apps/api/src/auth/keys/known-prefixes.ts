import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long a prefix that another node gave out may be unknown here, and how often strangers make the database look. */
const LOOK_MILLISECONDS = 1000;
/** Rows become visible at their commit, a little after the time that they carry. */
const OVERLAP_SECONDS = 60;

/** Every prefix that was given out and not revoked at the time, so that what somebody made up is refused without a query of its own. */
@Injectable()
export class KnownPrefixes {
  private readonly prefixes = new Set<string>();
  private lookedAt = Number.NEGATIVE_INFINITY;
  private newest: Date | null = null;
  private looking: Promise<void> | undefined;

  constructor(private readonly source: DataSource) {}

  /** A key that was made here works at once. */
  add(prefix: string): void {
    this.prefixes.add(prefix);
  }

  async has(prefix: string): Promise<boolean> {
    if (this.prefixes.has(prefix)) return true;
    if (performance.now() - this.lookedAt > LOOK_MILLISECONDS)
      this.looking ??= this.look().finally(() => {
        this.looking = undefined;
      });
    await this.looking;
    return this.prefixes.has(prefix);
  }

  private async look(): Promise<void> {
    const rows: { prefix: string; createdAt: Date }[] = await this.source.query(
      `SELECT prefix, created_at AS "createdAt" FROM api_key
       WHERE revoked_at IS NULL AND ($1::timestamptz IS NULL OR created_at > $1::timestamptz - make_interval(secs => $2))
       ORDER BY created_at`,
      [this.newest, OVERLAP_SECONDS],
    );
    this.lookedAt = performance.now();
    for (const { prefix } of rows) this.prefixes.add(prefix);
    this.newest = rows.at(-1)?.createdAt ?? this.newest;
  }
}
