import { CreateInvitation, type Invitation, type Page, PathId, ROUTES } from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { type From, Origin } from '../common/audit-log.ts';
import { Can, Fresh, type Identity, Who } from '../common/identity.ts';
import { shaped } from '../common/zod.pipe.ts';
import { Invitations } from './invitations.ts';

@Controller()
export class InvitationsController {
  constructor(private readonly invitations: Invitations) {}

  @Can('invitations', 'read')
  @Get(ROUTES['invitations.list'].path)
  async list(): Promise<Page<Invitation>> {
    return { items: await this.invitations.list(), nextCursor: null };
  }

  @Can('invitations', 'write')
  @Fresh()
  @Post(ROUTES['invitations.create'].path)
  create(
    @Who() who: Identity,
    @Origin() from: From,
    @Body(shaped(CreateInvitation)) draft: CreateInvitation,
  ): Promise<Invitation> {
    return this.invitations.create(who, draft, from);
  }

  @Can('invitations', 'write')
  @Delete(ROUTES['invitations.revoke'].path)
  @HttpCode(ROUTES['invitations.revoke'].status)
  async revoke(@Who() who: Identity, @Origin() from: From, @Param('id', shaped(PathId)) id: string): Promise<void> {
    await this.invitations.revoke(who, id, from);
  }
}
