import { ERRORS, ErrorCode } from '@chatbox/contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AppError } from '../../common/app-error.ts';
import { Envelopes } from '../../common/envelope.ts';
import { Logger } from '../../common/logger.ts';
import { Config } from '../../config/config.ts';
import { returned } from '../../database/returned.ts';

/** One request, as somebody might send it again. */
export interface Claim {
  readonly caller: string;
  readonly accountId: string;
  readonly key: string;
  /** Of this process's own making: nobody else finishes what another began. */
  readonly attempt: string;
  readonly fingerprint: Buffer;
}

const Kept = z.union([
  z.object({ status: z.int(), body: z.unknown() }),
  z.object({
    error: z.object({
      code: ErrorCode,
      detail: z.string().optional(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  }),
]);
type Kept = z.infer<typeof Kept>;

const KEPT = `interval '24 hours'`;
/** After this time without an answer its process must have died; whoever repeats the request then does it. */
const ABANDONED = `interval '3 minutes'`;
/** An answer this large is a mistake, or a list that no POST of ours gives. */
const MOST_CHARACTERS = 1_000_000;
const SWEEP_MILLISECONDS = 60 * 60 * 1000;

/** Owns the table `idempotency`. Answers can carry what is shown once, so they are sealed with the master key. */
@Injectable()
export class KeptAnswers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly envelopes: Envelopes;
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    config: Config,
    private readonly source: DataSource,
    private readonly logger: Logger,
  ) {
    this.envelopes = new Envelopes(config.MASTER_KEY);
  }

  onApplicationBootstrap(): void {
    this.sweeping = this.sweep();
    this.timer = setInterval(() => {
      this.sweeping = this.sweep();
    }, SWEEP_MILLISECONDS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  /**
   * null: the request is the caller's to carry out. Else what was answered before. Throws `idempotency.in_progress`, and
   * `idempotency.key_reused` for another request with the same key.
   */
  async claim(claim: Claim): Promise<Kept | null> {
    const { caller, key, accountId, fingerprint, attempt } = claim;
    const taken = returned(
      await this.source.query(
        `INSERT INTO idempotency AS i (caller, key, account_id, fingerprint, attempt) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (caller, key) DO UPDATE
           SET fingerprint = excluded.fingerprint, attempt = excluded.attempt, answer = NULL, created_at = clock_timestamp()
           WHERE i.created_at < clock_timestamp() - ${KEPT}
             OR (i.answer IS NULL AND i.fingerprint = excluded.fingerprint AND i.created_at < clock_timestamp() - ${ABANDONED})
         RETURNING i.attempt`,
        [caller, key, accountId, fingerprint, attempt],
      ),
    );
    if (taken.length > 0) return null;
    const rows: { fingerprint: Buffer; answer: string | null }[] = await this.source.query(
      'SELECT fingerprint, answer FROM idempotency WHERE caller = $1 AND key = $2',
      [caller, key],
    );
    const [row] = rows;
    if (row && !row.fingerprint.equals(fingerprint)) throw new AppError('idempotency.key_reused');
    if (!row?.answer) throw new AppError('idempotency.in_progress', { retryAfterSeconds: 1 });
    return Kept.parse(JSON.parse(this.envelopes.open(row.answer, boundTo(claim))));
  }

  async keep(claim: Claim, answer: { status: number; body: unknown }): Promise<void> {
    await this.write(claim, answer);
  }

  /** A refusal that would be the same again is kept; one that may not be makes room for the next try. */
  async keepRefusal(claim: Claim, { code, detail, issues }: AppError): Promise<void> {
    if (!ERRORS[code].retry && ERRORS[code].http < 500) return this.write(claim, { error: { code, detail, issues } });
    await this.attemptTo('DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND attempt = $3', claim);
  }

  private async write(claim: Claim, answer: Kept): Promise<void> {
    const text = JSON.stringify(answer);
    if (text.length > MOST_CHARACTERS) throw new Error('an answer is too large to be kept');
    await this.attemptTo(
      'UPDATE idempotency SET answer = $4 WHERE caller = $1 AND key = $2 AND attempt = $3',
      claim,
      this.envelopes.seal(text, boundTo(claim)),
    );
  }

  /** The deed is done and its answer goes out in any case; without a row the repetition is told to wait, and not done twice at once. */
  private async attemptTo(statement: string, { caller, key, attempt }: Claim, ...more: string[]): Promise<void> {
    await this.source.query(statement, [caller, key, attempt, ...more]).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the answer to a repeatable request could not be kept');
    });
  }

  private async sweep(): Promise<void> {
    await this.source
      .query(`DELETE FROM idempotency WHERE created_at < clock_timestamp() - ${KEPT}`)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'old answers could not be deleted'));
  }
}

const boundTo = ({ caller, key }: Claim): string => `idempotency ${caller} ${key}`;
