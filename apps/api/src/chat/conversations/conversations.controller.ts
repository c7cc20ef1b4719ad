import {
  type Conversation,
  CreateConversation,
  type Page,
  PageQuery,
  PathId,
  UpdateConversation,
} from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { Can, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Access } from '../access.ts';
import { Conversations } from './conversations.ts';

@Can('conversations', 'write')
@Controller('api/v1/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: Conversations,
    private readonly access: Access,
  ) {}

  @Can('conversations', 'read')
  @Get()
  list(@Who() who: Identity, @Query(shaped(PageQuery)) query: PageQuery): Promise<Page<Conversation>> {
    return this.conversations.list(who, query);
  }

  @Post()
  create(@Who() who: Identity, @Body(shaped(CreateConversation)) draft: CreateConversation): Promise<Conversation> {
    return this.conversations.create(who, draft);
  }

  @Can('conversations', 'read')
  @Get(':id')
  async read(@Who() who: Identity, @Param('id', shaped(PathId)) id: string): Promise<Conversation> {
    return (await this.access.conversation(id, who)).conversation;
  }

  @Patch(':id')
  async update(
    @Who() who: Identity,
    @Param('id', shaped(PathId)) id: string,
    @Body(shaped(UpdateConversation)) change: UpdateConversation,
  ): Promise<Conversation> {
    return this.conversations.update(await this.access.conversation(id, who), change);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Who() who: Identity, @Param('id', shaped(PathId)) id: string): Promise<void> {
    await this.conversations.remove(await this.access.conversation(id, who));
  }

  @Post(':id/restore')
  @HttpCode(200)
  restore(@Who() who: Identity, @Param('id', shaped(PathId)) id: string): Promise<Conversation> {
    return this.conversations.restore(id, who);
  }
}
