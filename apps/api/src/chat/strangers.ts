import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppError } from '../common/app-error.ts';
import { AuditLog } from '../common/audit-log.ts';
import type { Identity } from '../common/identity.ts';
import { Logger } from '../common/logger.ts';

type Kind = 'conversation' | 'message' | 'generation';
type Asking = Pick<Identity, 'userId'> & Partial<Pick<Identity, 'email' | 'key'>>;

/** Whose it is, where it is there at all. */
const OWNER_OF: Record<Kind, string> = {
  conversation: 'SELECT account_id AS "ownerId" FROM conversation WHERE id = $1',
  message: `SELECT c.account_id AS "ownerId" FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.id = $1`,
  generation: 'SELECT account_id AS "ownerId" FROM generation WHERE id = $1',
};

const AGAIN_MILLISECONDS = 60_000;
const REMEMBERED_MAX = 10_000;

/** Answers not_found to whoever asks for what is not theirs, and writes down that they did: each thing once a minute. */
@Injectable()
export class Strangers {
  private readonly written = new Map<string, number>();

  constructor(
    private readonly source: DataSource,
    private readonly log: AuditLog,
    private readonly logger: Logger,
  ) {}

  async refuse(kind: Kind, id: string, who: Asking): Promise<never> {
    // The answer is the same whether or not it can be written down.
    await this.note(kind, id, who).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'a refused access could not be written down');
    });
    throw new AppError(`${kind}.not_found`);
  }

  private async note(kind: Kind, id: string, who: Asking): Promise<void> {
    const rows: { ownerId: string }[] = await this.source.query(OWNER_OF[kind], [id]);
    const [thing] = rows;
    if (!thing || thing.ownerId === who.userId || !this.isDue(`${who.userId} ${id}`)) return;
    await this.log.record(null, {
      actor: { userId: who.userId, email: who.email ?? '', ...(who.key && { key: who.key }) },
      action: 'access.refused',
      target: { kind, id },
      from: null,
    });
  }

  private isDue(what: string): boolean {
    const now = performance.now();
    const last = this.written.get(what);
    if (last !== undefined && now - last < AGAIN_MILLISECONDS) return false;
    if (this.written.size >= REMEMBERED_MAX) this.written.clear();
    this.written.set(what, now);
    return true;
  }
}
