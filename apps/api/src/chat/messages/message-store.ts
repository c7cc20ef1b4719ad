import type { Message, Part, SendMessage, Usage } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Lease } from '../../cluster/node-lease.ts';
import { Config } from '../../config/config.ts';
import { Reads } from '../../database/reads.ts';
import { returned } from '../../database/returned.ts';
import type { ChatTurn } from '../../providers/provider.ts';
import { GENERATION_COLUMNS, type GenerationRow, toGeneration } from '../generations/generation-row.ts';
import { HELD } from '../generations/held.ts';

interface Row {
  id: string;
  seq: string;
  conversationId: string;
  parentId: string | null;
  role: 'user' | 'assistant';
  text: string;
  parts: Part[];
  position: number;
  clientMessageId: string | null;
  model: string | null;
  usage: Usage | null;
  costMicros: string | null;
  createdAt: Date;
}

const COLUMNS = `m.id, m.seq, m.conversation_id AS "conversationId", m.parent_id AS "parentId", m.role, m.text, m.parts,
  m.position, m.client_message_id AS "clientMessageId", m.model, m.usage, m.cost_micros AS "costMicros",
  m.created_at AS "createdAt"`;

/** Longest branch that is read to build a model's context. */
const BRANCH_LIMIT = 400;
/** Free places that are looked at, however many there are: enough that two at the same moment seldom take the same one. */
const SPARE_PLACES = 8;

export interface Draft extends Pick<SendMessage, 'clientMessageId' | 'content'> {
  parentId: string | null;
}

/** What was written, as it stands in the database. `question` is null where an earlier one is answered again. */
export interface Begun {
  revision: number;
  question: Message | null;
  answer: Message;
  generation: GenerationRow;
}

/** Owns the table `message`. */
@Injectable()
export class MessageStore {
  constructor(
    private readonly source: DataSource,
    private readonly reads: Reads,
    private readonly config: Config,
  ) {}

  /**
   * A person's message (where there is one), the empty answer and its generation, in one statement. Writes nothing unless
   * the conversation still ends where it did when it was looked at, the node holds its lease and the account has a free
   * place; then the answer is undefined: look again. A repeated clientMessageId is a unique violation, and so is a place that
   * another one took in the same moment. All rows carry the same time, that of the statement.
   */
  async begin(
    lease: Lease,
    at: { conversationId: string; accountId: string; activeLeafId: string | null; generationId: string },
    question: Draft | { answers: string },
    model: string,
  ): Promise<Begun | undefined> {
    const questionId = 'answers' in question ? question.answers : uuidv7();
    const draft = 'answers' in question ? undefined : question;
    const answerId = uuidv7();
    const rows = await this.source.query(
      `WITH held AS (${HELD}),
       free AS (
         SELECT s.place FROM generate_series(1, least($16::int, ${SPARE_PLACES} +
           (SELECT count(*) FROM generation r WHERE r.account_id = $4 AND r.status = 'running')::int)) AS s (place)
         WHERE NOT EXISTS (SELECT 1 FROM generation r WHERE r.account_id = $4 AND r.status = 'running' AND r.place = s.place)
         ORDER BY random() LIMIT 1
       ),
       moved AS (
         UPDATE conversation c SET revision = revision + 1, active_leaf_id = $6, updated_at = statement_timestamp(), model = $8
         FROM held, free WHERE c.id = $3 AND c.account_id = $4 AND c.deleted_at IS NULL
           AND c.active_leaf_id IS NOT DISTINCT FROM $5::uuid
         RETURNING c.id, c.account_id, c.revision
       ),
       written AS (
         INSERT INTO message (id, conversation_id, parent_id, role, text, parts, position, client_message_id, model, created_at)
         SELECT v.id, moved.id, v.parent_id, v.role, v.text, v.parts, v.position, v.client_message_id, v.model,
           statement_timestamp()
         FROM moved, (VALUES
           (1, $9::uuid, $10::uuid, 'user', $11::text, $12::jsonb, $13::int, $14::uuid, NULL::text),
           (2, $6::uuid, $9::uuid, 'assistant', '', '[]', 0, NULL, $8::text)
         ) AS v (place, id, parent_id, role, text, parts, position, client_message_id, model)
         WHERE $15 OR v.role = 'assistant' ORDER BY v.place
       )
       INSERT INTO generation AS g (id, conversation_id, message_id, account_id, status, model, node_id, epoch, started_at, place)
       SELECT $7::uuid, id, $6::uuid, account_id, 'running', $8, $1, $2, statement_timestamp(), free.place FROM moved, free
       RETURNING ${GENERATION_COLUMNS}, (SELECT revision FROM moved) AS revision`,
      [
        lease.nodeId,
        lease.epoch,
        at.conversationId,
        at.accountId,
        at.activeLeafId,
        answerId,
        at.generationId,
        model,
        questionId,
        draft?.parentId ?? null,
        draft?.content ?? '',
        JSON.stringify(draft ? [{ kind: 'text', text: draft.content }] : []),
        draft?.content.length ?? 0,
        draft?.clientMessageId ?? null,
        draft !== undefined,
        this.config.CONCURRENT_GENERATIONS,
      ],
    );
    const row = returned<GenerationRow & { revision: string }>(rows)[0];
    if (!row) return undefined;
    const { revision, ...generation } = row;
    const blank = {
      seq: '',
      conversationId: at.conversationId,
      text: '',
      parts: [],
      position: 0,
      clientMessageId: null,
      model: null,
      usage: null,
      costMicros: null,
      createdAt: generation.startedAt,
    };
    const answer: Row = { ...blank, id: answerId, parentId: questionId, role: 'assistant', model };
    const asked: Row | undefined = draft && {
      ...blank,
      id: questionId,
      parentId: draft.parentId,
      role: 'user',
      text: draft.content,
      parts: [{ kind: 'text', text: draft.content }],
      position: draft.content.length,
      clientMessageId: draft.clientMessageId,
    };
    return {
      revision: Number(revision),
      question: asked ? toMessage(asked, undefined) : null,
      answer: toMessage(answer, generation),
      generation,
    };
  }

  /** Why nothing was begun, as far as that is still to be seen; undefined where another try may do better. */
  async obstacleTo(lease: Lease, accountId: string): Promise<'lease' | 'places' | undefined> {
    const [found]: { held: boolean; isFull: boolean }[] = await this.source.query(
      `SELECT EXISTS (SELECT FROM node WHERE id = $1 AND epoch = $2 AND lease_until > clock_timestamp()) AS held,
         (SELECT count(*) FROM generation WHERE account_id = $3 AND status = 'running' AND place <= $4) >= $4 AS "isFull"`,
      [lease.nodeId, lease.epoch, accountId, this.config.CONCURRENT_GENERATIONS],
    );
    if (!found?.held) return 'lease';
    return found.isFull ? 'places' : undefined;
  }

  async read(ids: readonly string[]): Promise<Message[]> {
    return this.withGenerations(
      await this.source.query(`SELECT ${COLUMNS} FROM message m WHERE m.id = ANY($1) ORDER BY m.seq`, [ids]),
    );
  }

  async findByClientId(conversationId: string, clientMessageId: string): Promise<Message | undefined> {
    const messages = await this.withGenerations(
      await this.source.query(
        `SELECT ${COLUMNS} FROM message m WHERE m.conversation_id = $1 AND m.client_message_id = $2`,
        [conversationId, clientMessageId],
      ),
    );
    return messages[0];
  }

  /** The first answer that a message got: the one its sending began. */
  async firstAnswer(messageId: string): Promise<Message | undefined> {
    const messages = await this.withGenerations(
      await this.source.query(
        `SELECT ${COLUMNS} FROM message m WHERE m.parent_id = $1 AND m.role = 'assistant' ORDER BY m.seq LIMIT 1`,
        [messageId],
      ),
    );
    return messages[0];
  }

  /** In order of creation; the page before `beforeSeq`, or the last one. */
  async page(
    conversationId: string,
    limit: number,
    beforeSeq: string | undefined,
  ): Promise<{ items: Message[]; next: string | null }> {
    const rows = await this.reads.query<Row>(
      `SELECT ${COLUMNS} FROM message m WHERE m.conversation_id = $1 AND ($3::bigint IS NULL OR m.seq < $3::bigint)
       ORDER BY m.seq DESC LIMIT $2`,
      [conversationId, limit + 1, beforeSeq ?? null],
    );
    const more = rows.length > limit;
    const kept = rows.slice(0, limit);
    return { items: await this.withGenerations(kept.toReversed()), next: more ? (kept.at(-1)?.seq ?? null) : null };
  }

  /** The turns that lead to a message, the first one first, without the message itself. */
  async branch(messageId: string, runner: Pick<EntityManager, 'query'> = this.source): Promise<ChatTurn[]> {
    return runner.query(
      `WITH RECURSIVE branch AS (
         SELECT m.parent_id, NULL::text AS role, NULL::text AS content, 0 AS depth FROM message m WHERE m.id = $1
         UNION ALL
         SELECT m.parent_id, m.role, m.text, b.depth + 1 FROM message m JOIN branch b ON m.id = b.parent_id
         WHERE b.depth < ${BRANCH_LIMIT}
       )
       SELECT role, content FROM branch WHERE depth > 0 ORDER BY depth DESC`,
      [messageId],
    );
  }

  private async withGenerations(rows: Row[]): Promise<Message[]> {
    const answers = rows.filter(({ role }) => role === 'assistant').map(({ id }) => id);
    const generations: GenerationRow[] =
      answers.length === 0
        ? []
        : await this.source.query(`SELECT ${GENERATION_COLUMNS} FROM generation g WHERE g.message_id = ANY($1)`, [
            answers,
          ]);
    const byMessage = new Map(generations.map((row) => [row.messageId, row]));
    // An end writes both at once. What was read before it, perhaps from a standby, is not the text that ended.
    const early = rows.filter(({ id, usage }) => usage === null && hasEnded(byMessage.get(id))).map(({ id }) => id);
    const whole: Row[] =
      early.length === 0
        ? []
        : await this.source.query(`SELECT ${COLUMNS} FROM message m WHERE m.id = ANY($1)`, [early]);
    const again = new Map(whole.map((row) => [row.id, row]));
    return rows.map((row) => toMessage(again.get(row.id) ?? row, byMessage.get(row.id)));
  }
}

const hasEnded = (generation: GenerationRow | undefined): boolean =>
  generation !== undefined && generation.status !== 'running';

const toMessage = (row: Row, generation: GenerationRow | undefined): Message => ({
  id: row.id,
  conversationId: row.conversationId,
  parentId: row.parentId,
  role: row.role,
  content: row.text,
  parts: row.parts,
  position: row.position,
  clientMessageId: row.clientMessageId,
  model: row.model,
  generation: generation ? toGeneration(generation) : null,
  usage: row.usage,
  costMicros: row.costMicros === null ? null : Number(row.costMicros),
  createdAt: row.createdAt.toISOString(),
});
