import type { Conversation } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Gathering } from '../common/gathering.ts';
import type { Identity } from '../common/identity.ts';
import { ConversationStore } from './conversations/conversation-store.ts';
import { Strangers } from './strangers.ts';

const SEAL: unique symbol = Symbol('made by Access only');

/** That somebody owns a conversation. Use cases take it as an argument; only Access can make one. */
export interface Ownership {
  readonly [SEAL]: true;
  readonly accountId: string;
  readonly conversationId: string;
}

/** How a conversation stands for somebody who begins to watch it. */
export interface View extends Ownership {
  readonly revision: number;
  /** Those that run, and those of the ones that were asked for which are in it. */
  readonly generationIds: readonly string[];
}

interface ViewQuestion {
  readonly conversationId: string;
  readonly accountId: string;
  readonly generationIds: readonly string[];
}

/** The few doors to a conversation. A stranger gets not_found: no hint that it exists. */
@Injectable()
export class Access {
  private readonly views = new Gathering((questions: readonly ViewQuestion[]) => this.findViews(questions));

  constructor(
    private readonly conversations: ConversationStore,
    private readonly source: DataSource,
    private readonly strangers: Strangers,
  ) {}

  async conversation(conversationId: string, who: Identity): Promise<Ownership & { conversation: Conversation }> {
    const conversation = await this.conversations.findOf(conversationId, who.userId);
    if (!conversation) return this.strangers.refuse('conversation', conversationId, who);
    return { [SEAL]: true, accountId: who.userId, conversationId, conversation };
  }

  /** For thousands who may all come back at once: what they ask is one question. `places` are generations that the reader knows of. */
  async view(conversationId: string, places: readonly { generationId: string }[], who: Identity): Promise<View> {
    const generationIds = places.map(({ generationId }) => generationId);
    const found = await this.views.soon({ conversationId, accountId: who.userId, generationIds });
    if (!found) return this.strangers.refuse('conversation', conversationId, who);
    return { [SEAL]: true, accountId: who.userId, conversationId, ...found };
  }

  async message(messageId: string, who: Identity): Promise<Ownership & { messageId: string }> {
    const rows: { conversationId: string }[] = await this.source.query(
      `SELECT c.id AS "conversationId" FROM message m JOIN conversation c ON c.id = m.conversation_id
       WHERE m.id = $1 AND c.account_id = $2 AND c.deleted_at IS NULL`,
      [messageId, who.userId],
    );
    if (!rows[0]) return this.strangers.refuse('message', messageId, who);
    return { [SEAL]: true, accountId: who.userId, conversationId: rows[0].conversationId, messageId };
  }

  async generation(generationId: string, who: Pick<Identity, 'userId'>): Promise<Ownership & { generationId: string }> {
    const rows: { conversationId: string }[] = await this.source.query(
      `SELECT c.id AS "conversationId" FROM generation g JOIN conversation c ON c.id = g.conversation_id
       WHERE g.id = $1 AND c.account_id = $2 AND c.deleted_at IS NULL`,
      [generationId, who.userId],
    );
    if (!rows[0]) return this.strangers.refuse('generation', generationId, who);
    return { [SEAL]: true, accountId: who.userId, conversationId: rows[0].conversationId, generationId };
  }

  private async findViews(
    questions: readonly ViewQuestion[],
  ): Promise<(Pick<View, 'revision' | 'generationIds'> | undefined)[]> {
    const rows: { id: string; accountId: string; revision: string; generationIds: string[] }[] =
      await this.source.query(
        `WITH known AS MATERIALIZED (SELECT id, conversation_id FROM generation WHERE id = ANY($2))
         SELECT c.id, c.account_id AS "accountId", c.revision, ARRAY(
           SELECT g.id FROM generation g WHERE g.conversation_id = c.id AND g.status = 'running'
           UNION SELECT k.id FROM known k WHERE k.conversation_id = c.id
         ) AS "generationIds"
         FROM conversation c WHERE c.id = ANY($1) AND c.deleted_at IS NULL`,
        [
          [...new Set(questions.map(({ conversationId }) => conversationId))],
          [...new Set(questions.flatMap(({ generationIds }) => generationIds))],
        ],
      );
    const found = new Map(rows.map((row) => [row.id, row]));
    return questions.map(({ conversationId, accountId }) => {
      const row = found.get(conversationId.toLowerCase());
      if (row?.accountId !== accountId) return undefined;
      return { revision: Number(row.revision), generationIds: row.generationIds };
    });
  }
}
