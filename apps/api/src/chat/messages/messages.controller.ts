import {
  type Accepted,
  type Message,
  MessagesQuery,
  type Page,
  PathId,
  Regenerate,
  SendMessage,
} from '@chatbox/contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Can, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Access } from '../access.ts';
import { Messages } from './messages.ts';

@Can('messages', 'send')
@Controller('api/v1')
export class MessagesController {
  constructor(
    private readonly messages: Messages,
    private readonly access: Access,
  ) {}

  @Can('conversations', 'read')
  @Get('conversations/:id/messages')
  async list(
    @Who() who: Identity,
    @Param('id', shaped(PathId)) id: string,
    @Query(shaped(MessagesQuery)) query: MessagesQuery,
  ): Promise<Page<Message>> {
    return this.messages.list(await this.access.conversation(id, who), query);
  }

  @Post('conversations/:id/messages')
  @HttpCode(202)
  send(
    @Who() who: Identity,
    @Param('id', shaped(PathId)) id: string,
    @Body(shaped(SendMessage)) draft: SendMessage,
  ): Promise<Accepted> {
    return this.messages.send(who, id, draft);
  }

  @Post('messages/:id/regenerate')
  @HttpCode(202)
  regenerate(
    @Who() who: Identity,
    @Param('id', shaped(PathId)) id: string,
    @Body(shaped(Regenerate.prefault({}))) wish: Regenerate,
  ): Promise<Accepted> {
    return this.messages.regenerate(who, id, wish);
  }
}
