import {
  AllKeysQuery,
  type ApiKey,
  type CreatedKey,
  CreateKey,
  type OwnedKey,
  type Page,
  PathId,
  ROUTES,
} from '@chatbox/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { type From, Origin } from '../../common/audit-log.ts';
import { Can, Fresh, type Identity, Who } from '../../common/identity.ts';
import { shaped } from '../../common/zod.pipe.ts';
import { Keys } from './keys.ts';

@Controller()
export class KeysController {
  constructor(private readonly keys: Keys) {}

  /** No right of the table: a key makes no keys, so that what was given to it ends with it. */
  @Fresh()
  @Post(ROUTES['keys.create'].path)
  create(@Who() who: Identity, @Origin() from: From, @Body(shaped(CreateKey)) draft: CreateKey): Promise<CreatedKey> {
    return this.keys.create(who, draft, from);
  }

  @Can('keys', 'read')
  @Get(ROUTES['keys.list'].path)
  async own(@Who() who: Identity): Promise<Page<ApiKey>> {
    return { items: await this.keys.own(who), nextCursor: null };
  }

  @Can('keys', 'revoke')
  @Delete(ROUTES['keys.revoke'].path)
  @HttpCode(ROUTES['keys.revoke'].status)
  revoke(@Who() who: Identity, @Origin() from: From, @Param('id', shaped(PathId)) id: string): Promise<void> {
    return this.keys.revokeOwn(who, id, from);
  }

  @Can('all_keys', 'read')
  @Get(ROUTES['all_keys.list'].path)
  all(@Query(shaped(AllKeysQuery)) query: AllKeysQuery): Promise<Page<OwnedKey>> {
    return this.keys.all(query);
  }

  @Can('all_keys', 'revoke')
  @Delete(ROUTES['all_keys.revoke'].path)
  @HttpCode(ROUTES['all_keys.revoke'].status)
  revokeAny(@Who() who: Identity, @Origin() from: From, @Param('id', shaped(PathId)) id: string): Promise<void> {
    return this.keys.revokeAny(who, id, from);
  }
}
