import type { Conversation, CreateConversation, Page, UpdateConversation } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Cursor } from '../../common/time-cursor.ts';
import { Reads } from '../../database/reads.ts';
import { returned } from '../../database/returned.ts';
import type { LedgerRow } from '../../usage/ledger.ts';

interface Row {
  id: string;
  accountId: string;
  title: string | null;
  model: string | null;
  systemPrompt: string | null;
  activeLeafId: string | null;
  revision: string;
  costMicros: string;
  inputTokens: string;
  outputTokens: string;
  createdAt: Date;
  updatedAt: Date;
}

interface Changed {
  accountId: string;
  conversation: Conversation;
  isDeleted: boolean;
}

const COLUMNS = `c.id, c.account_id AS "accountId", c.title, c.model, c.system_prompt AS "systemPrompt",
  c.active_leaf_id AS "activeLeafId", c.revision, c.cost_micros AS "costMicros", c.input_tokens AS "inputTokens",
  c.output_tokens AS "outputTokens", c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;

/** Owns the table `conversation`. What is deleted is not found, except by `restore`. */
@Injectable()
export class ConversationStore {
  constructor(
    private readonly source: DataSource,
    private readonly reads: Reads,
  ) {}

  /** Undefined when there is one with this id already. */
  async create(
    accountId: string,
    { id, title, model, systemPrompt }: CreateConversation,
  ): Promise<Conversation | undefined> {
    const rows: Row[] = await this.source.query(
      `INSERT INTO conversation AS c (id, account_id, title, model, system_prompt) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO NOTHING RETURNING ${COLUMNS}`,
      [id ?? uuidv7(), accountId, title ?? null, model ?? null, systemPrompt ?? null],
    );
    return rows[0] && toConversation(rows[0]);
  }

  async find(id: string): Promise<Conversation | undefined> {
    const rows: Row[] = await this.source.query(
      `SELECT ${COLUMNS} FROM conversation c WHERE c.id = $1 AND c.deleted_at IS NULL`,
      [id],
    );
    return rows[0] && toConversation(rows[0]);
  }

  async findOf(id: string, accountId: string): Promise<Conversation | undefined> {
    const rows: Row[] = await this.source.query(
      `SELECT ${COLUMNS} FROM conversation c WHERE c.id = $1 AND c.account_id = $2 AND c.deleted_at IS NULL`,
      [id, accountId],
    );
    return rows[0] && toConversation(rows[0]);
  }

  async systemPrompt(id: string): Promise<string | null> {
    const rows: { prompt: string | null }[] = await this.source.query(
      `SELECT system_prompt AS prompt FROM conversation WHERE id = $1`,
      [id],
    );
    return rows[0]?.prompt ?? null;
  }

  /** The latest first. The cursor names the last row of the page before, so rows that move up are not skipped or doubled. */
  async list(
    accountId: string,
    limit: number,
    after: Cursor | undefined,
  ): Promise<Page<Conversation> & { last?: Cursor }> {
    const rows = await this.reads.query<Row & { exact: string }>(
      `SELECT ${COLUMNS}, c.updated_at::text AS exact FROM conversation c
       WHERE c.account_id = $1 AND c.deleted_at IS NULL
         AND ($3::timestamptz IS NULL OR (c.updated_at, c.id) < ($3::timestamptz, $4::uuid))
       ORDER BY c.updated_at DESC, c.id DESC LIMIT $2`,
      [accountId, limit + 1, after?.at ?? null, after?.id ?? null],
    );
    const items = rows.slice(0, limit);
    const end = rows.length > limit ? items.at(-1) : undefined;
    return { items: items.map(toConversation), nextCursor: null, ...(end && { last: { at: end.exact, id: end.id } }) };
  }

  /** `undefined` leaves a field as it is; a title or prompt does not move the conversation up in the list. */
  async update(id: string, change: UpdateConversation): Promise<Conversation | undefined> {
    const rows = await this.source.query(
      `UPDATE conversation c SET
         title = CASE WHEN $2 THEN $3 ELSE title END,
         model = CASE WHEN $4 THEN $5 ELSE model END,
         system_prompt = CASE WHEN $6 THEN $7 ELSE system_prompt END,
         active_leaf_id = CASE WHEN $8 THEN $9::uuid ELSE active_leaf_id END,
         revision = revision + 1
       WHERE c.id = $1 AND c.deleted_at IS NULL
         AND (NOT $8 OR EXISTS (SELECT 1 FROM message m WHERE m.id = $9::uuid AND m.conversation_id = c.id AND m.role = 'assistant'))
       RETURNING ${COLUMNS}`,
      [
        id,
        change.title !== undefined,
        change.title ?? null,
        change.model !== undefined,
        change.model ?? null,
        change.systemPrompt !== undefined,
        change.systemPrompt ?? null,
        change.activeLeafId !== undefined,
        change.activeLeafId ?? null,
      ],
    );
    const row = returned<Row>(rows)[0];
    return row && toConversation(row);
  }

  /** Gives a name to a conversation that has none yet; a person's own is never overwritten. */
  async nameIfUnnamed(manager: EntityManager, id: string, title: string): Promise<Conversation | undefined> {
    const rows = await manager.query(
      `UPDATE conversation c SET title = $2, revision = revision + 1
       WHERE c.id = $1 AND c.title IS NULL AND c.deleted_at IS NULL RETURNING ${COLUMNS}`,
      [id, title],
    );
    const row = returned<Row>(rows)[0];
    return row && toConversation(row);
  }

  /** Adds what a call cost that is not the end of an answer: a title, an attempt that was given up. */
  async spend(
    manager: EntityManager,
    { conversation_id, cost_micros, input_tokens, output_tokens }: LedgerRow,
  ): Promise<void> {
    await manager.query(
      `UPDATE conversation SET cost_micros = cost_micros + coalesce($2, 0), input_tokens = input_tokens + $3,
         output_tokens = output_tokens + $4 WHERE id = $1`,
      [conversation_id, cost_micros, input_tokens, output_tokens],
    );
  }

  async remove(id: string): Promise<void> {
    await this.source.query(
      `UPDATE conversation SET deleted_at = clock_timestamp(), revision = revision + 1 WHERE id = $1`,
      [id],
    );
  }

  async restore(id: string, accountId: string): Promise<Conversation | undefined> {
    const rows = await this.source.query(
      `UPDATE conversation c SET deleted_at = NULL, revision = revision + 1
       WHERE c.id = $1 AND c.account_id = $2 AND c.deleted_at > clock_timestamp() - interval '1 day' RETURNING ${COLUMNS}`,
      [id, accountId],
    );
    const row = returned<Row>(rows)[0];
    return row && toConversation(row);
  }

  /** Deletes for good what was deleted more than a day ago. */
  async purge(): Promise<void> {
    await this.source.query(
      `DELETE FROM conversation WHERE id IN (
         SELECT id FROM conversation WHERE deleted_at < clock_timestamp() - interval '1 day' LIMIT 500)`,
    );
  }

  /** What happened lately in the lists of these accounts, the oldest first. */
  async changed(accountIds: readonly string[], lastSeconds: number): Promise<Changed[]> {
    const rows: (Row & { isDeleted: boolean })[] = await this.source.query(
      `SELECT ${COLUMNS}, c.deleted_at IS NOT NULL AS "isDeleted" FROM conversation c
       WHERE c.account_id = ANY($1) AND (c.deleted_at IS NULL AND c.updated_at > clock_timestamp() - make_interval(secs => $2)
         OR c.deleted_at > clock_timestamp() - make_interval(secs => $2))
       ORDER BY c.updated_at`,
      [accountIds, lastSeconds],
    );
    return rows.map((row) => ({
      accountId: row.accountId,
      conversation: toConversation(row),
      isDeleted: row.isDeleted,
    }));
  }

  async revisions(ids: readonly string[]): Promise<{ conversationId: string; revision: number }[]> {
    const rows: { id: string; revision: string }[] = await this.source.query(
      `SELECT id, revision FROM conversation WHERE id = ANY($1)`,
      [ids],
    );
    return rows.map(({ id, revision }) => ({ conversationId: id, revision: Number(revision) }));
  }
}

const toConversation = (row: Row): Conversation => ({
  id: row.id,
  title: row.title,
  model: row.model,
  systemPrompt: row.systemPrompt,
  activeLeafId: row.activeLeafId,
  revision: Number(row.revision),
  costMicros: Number(row.costMicros),
  inputTokens: Number(row.inputTokens),
  outputTokens: Number(row.outputTokens),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
