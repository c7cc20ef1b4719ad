import { type Alert, AlertsQuery, type Page, PathId, ROUTES } from '@chatbox/contracts';
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { type From, Origin } from '../common/audit-log.ts';
import { Can, type Identity, Who } from '../common/identity.ts';
import { shaped } from '../common/zod.pipe.ts';
import { NoticeStore } from './notice-store.ts';

@Controller()
export class AlertsController {
  constructor(private readonly store: NoticeStore) {}

  @Can('alerts', 'read')
  @Get(ROUTES['alerts.list'].path)
  list(@Query(shaped(AlertsQuery)) query: AlertsQuery): Promise<Page<Alert>> {
    return this.store.page(query);
  }

  @Can('alerts', 'acknowledge')
  @Post(ROUTES['alerts.acknowledge'].path)
  @HttpCode(ROUTES['alerts.acknowledge'].status)
  acknowledge(@Who() who: Identity, @Origin() from: From, @Param('id', shaped(PathId)) id: string): Promise<Alert> {
    return this.store.acknowledge(id, { who, from });
  }
}
