import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Logger } from '../../common/logger.ts';

const EVERY_MILLISECONDS = 60_000;
const REMEMBERED_MAX = 10_000;

/** Writes down when and from where a key was used last, at most once a minute for each. */
@Injectable()
export class KeyUse {
  private readonly written = new Map<string, number>();

  constructor(
    private readonly source: DataSource,
    private readonly logger: Logger,
  ) {}

  note(keyId: string, address: string | null): void {
    const now = performance.now();
    const last = this.written.get(keyId);
    if (last !== undefined && now - last < EVERY_MILLISECONDS) return;
    if (this.written.size >= REMEMBERED_MAX) this.written.clear();
    this.written.set(keyId, now);
    // Nobody waits for it, and a request does not fail by it.
    this.source
      .query(
        `UPDATE api_key SET last_used_at = clock_timestamp(), last_address = $2
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')`,
        [keyId, address],
      )
      .catch((error: unknown) =>
        this.logger.debug({ err: error, keyId }, 'the use of a key could not be written down'),
      );
  }
}
