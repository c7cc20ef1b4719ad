import type { Conversation, CreateConversation, Page, PageQuery, UpdateConversation } from '@chatbox/contracts';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.ts';
import type { Identity } from '../../common/identity.ts';
import { readCursor, writeCursor } from '../../common/time-cursor.ts';
import type { Ownership } from '../access.ts';
import { Fanout } from '../generations/fanout.ts';
import { ConversationStore } from './conversation-store.ts';

@Injectable()
export class Conversations {
  constructor(
    private readonly store: ConversationStore,
    private readonly fanout: Fanout,
  ) {}

  /** A repeated id is the same conversation, as it is now. Somebody else's is not found, like everywhere. */
  async create({ userId }: Identity, draft: CreateConversation): Promise<Conversation> {
    const created = await this.store.create(userId, draft);
    if (created) return this.announced(userId, created);
    const present = draft.id === undefined ? undefined : await this.store.findOf(draft.id, userId);
    if (!present) throw new AppError('conversation.not_found');
    return present;
  }

  async list(who: Identity, { cursor, limit }: PageQuery): Promise<Page<Conversation>> {
    const { items, last } = await this.store.list(who.userId, limit, readCursor(cursor));
    return { items, nextCursor: last ? writeCursor(last) : null };
  }

  async update({ conversationId, accountId }: Ownership, change: UpdateConversation): Promise<Conversation> {
    const conversation = await this.store.update(conversationId, change);
    if (!conversation) throw new AppError(change.activeLeafId ? 'message.not_found' : 'conversation.not_found');
    return this.announced(accountId, conversation);
  }

  async remove({ conversationId, accountId }: Ownership): Promise<void> {
    await this.store.remove(conversationId);
    this.fanout.toAccount(accountId, { type: 'conversation_deleted', conversationId });
  }

  async restore(conversationId: string, who: Identity): Promise<Conversation> {
    const conversation = await this.store.restore(conversationId, who.userId);
    if (!conversation) throw new AppError('conversation.not_found');
    return this.announced(who.userId, conversation);
  }

  private announced(accountId: string, conversation: Conversation): Conversation {
    this.fanout.toAccount(accountId, { type: 'conversation', conversation });
    return conversation;
  }
}
