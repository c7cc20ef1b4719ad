import type { Conversation } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
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

/** The few doors to a conversation. A stranger gets not_found: no hint that it exists. */
@Injectable()
export class Access {
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
}
